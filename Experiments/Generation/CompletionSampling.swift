import EnergyTransformer
import Kit
import Reporting

/// An energy in which some tokens are held where they are, so that it is one of the other tokens alone.
struct HeldTokensEnergy<Base: Energy>: Energy where Base.Scalar == Float {
  typealias Scalar = Float

  let base: Base
  /// 1 for tokens that are held, [batch, tokens, 1].
  let held: Tensor<Float>
  /// Where they are held, [batch, tokens, dimension].
  let activations: Tensor<Float>

  func energy(at g: Activations<Float>) -> Tensor<Float> {
    base.energy(at: g.with(g.values * (1 - held) + activations * held))
  }
}

/// Samples of the energy that a model of masked images was trained with: hidden patches are drawn, visible ones held.
///
/// Tokens stay normalised and noise has no part that activations do not see, as `LangevinSampler` has it for norms. Without tokens
/// that are held what is visible would be forgotten on the way to low energies.
struct CompletionSampling {
  let trained: TrainedImageModel
  let options: CompletionOptions
  private let images: PreparedImages
  /// Normalised patches, hidden patches, hidden pixels and pixels of the images.
  private let patches: Tensor<Float>
  private let replaced: Tensor<Float>
  let hidden: Tensor<Float>
  let truth: Tensor<Float>

  /// How temperatures go.
  enum Schedule: Hashable {
    case constant(Double)
    /// Falling evenly to 0, where it arrives at half the steps.
    case cooling(from: Double)
  }

  /// Chains of all images with one schedule.
  struct Run {
    /// The steps after which the rest was recorded; 0 is the start.
    var steps: [Int] = []
    /// The energy of each chain, [step][image * chains].
    var energies: [[Double]] = []
    /// The mean squared errors of the chains, the same.
    var errors: [[Double]] = []
    /// The errors of the mean of an image's chains, [step][image].
    var meanErrors: [[Double]] = []
    /// The mean squared differences over hidden pixels of two chains of an image, the mean over pairs, [step][image].
    var differences: [[Double]] = []
    /// Completed pixels of the first chain of each image, [image, height, width, channels] at each of the steps.
    var pictures: [Tensor<Float>] = []
  }

  init(trained: TrainedImageModel, images: PreparedImages, options: CompletionOptions) {
    (self.trained, self.images, self.options) = (trained, images, options)
    let chosen = (0..<images.test.count).evenlySpaced(options.completed)
    let batch = images.test.batch(at: chosen)
    patches = images.patches(batch)
    replaced = images.replaced(0..<images.test.count).gathered(chosen, axis: 0)
    hidden = images.pixels(hiddenBy: replaced)
    truth = Tensor(shape: batch.shape, elements: batch.pixels.map { Float($0) / 255 })
  }

  /// The number of images.
  var imageCount: Int { truth.shape[0] }
  var isVisible: Tensor<Float> { 1 - hidden }

  /// The schedules: temperature 0, those of the options, and the highest of them falling to 0.
  var schedules: [Schedule] {
    [.constant(0)] + options.temperatures.sorted().map(Schedule.constant)
      + [.cooling(from: options.temperatures.max() ?? 0)]
  }

  /// The mean squared errors of the descent that the model was trained with.
  func trainedErrors() throws -> [Double] {
    let settings = DescentSettings(steps: trained.steps, stepSize: trained.stepSize, gradientPath: .detached)
    let descent = trained.model.stack.descend(
      from: trained.model.tokens(patches: patches, masked: replaced), settings: settings)
    try descent.checkFinite("the trained descent")
    return meanSquaredErrors(pixels(descent.activations), truth, mask: hidden)
  }

  /// Runs the chains of all images.
  func run(_ schedule: Schedule, random: RandomStream) -> Run {
    var random = random
    // One chain is all of them where nothing is drawn.
    let count = schedule == .constant(0) ? 1 : options.completionChains
    let rows = (0..<imageCount).flatMap { [Int](repeating: $0, count: count) }
    let model = trained.model
    let norm = model.blocks[0].norm
    let start = model.tokens(
      patches: patches.gathered(rows, axis: 0), masked: replaced.gathered(rows, axis: 0))
    // The class token, which comes first, shows nothing and is free.
    let visible = 1 - replaced.gathered(rows, axis: 0)
    let held = visible.padded(axis: 1, before: 1, to: visible.shape[1] + 1).expanded(axis: 2)
    let energy = HeldTokensEnergy(
      base: model.blocks[0].energy, held: held,
      activations: norm.activations(at: norm.retracted(start)).values)
    let steps = options.completionSteps
    let sampler = LangevinSampler(
      of: energy, lagrangian: norm, stepSize: options.completionStepSize
    ) { step in
      switch schedule {
      case .constant(let temperature): temperature
      case .cooling(let highest): highest * max(0, 1 - 2 * Double(step) / Double(steps))
      }
    }
    let interval = max(1, steps / 50)
    // The first kept step such that the last one is kept too.
    let first = (steps - 1) % interval
    let samples = sampler.run(
      from: start, steps: steps, burnIn: first, keepingEvery: interval, using: &random)
    var run = Run()
    let g = norm.activations(at: norm.retracted(start))
    add(g, energy: energy.energy(at: g), after: 0, chains: count, to: &run)
    for (index, state) in samples.states.enumerated() {
      add(
        Activations(state), energy: samples.energies[index], after: first + index * interval + 1,
        chains: count, to: &run)
    }
    return run
  }

  private func add(
    _ g: Activations<Float>, energy: Tensor<Float>, after step: Int, chains count: Int, to run: inout Run
  ) {
    let found = pixels(g)
    let rows = (0..<imageCount).flatMap { [Int](repeating: $0, count: count) }
    let each = found.reshaped([imageCount, count] + found.shape.dropFirst())
    let mean = each.mean(axes: [1])
    run.steps.append(step)
    run.energies.append(energy.elements.map(Double.init))
    run.errors.append(
      meanSquaredErrors(found, truth.gathered(rows, axis: 0), mask: hidden.gathered(rows, axis: 0)))
    run.meanErrors.append(meanSquaredErrors(mean, truth, mask: hidden))
    // The squared differences of all pairs add up to the count times those from the mean: twice the sample variance.
    let fromMean = meanSquaredErrors(
      found, mean.gathered(rows, axis: 0), mask: hidden.gathered(rows, axis: 0))
    run.differences.append(
      (0..<imageCount).map { image in
        let sum = fromMean[image * count..<(image + 1) * count].reduce(0, +)
        return count > 1 ? 2 * sum / Double(count - 1) : 0
      })
    run.pictures.append(
      truth * isVisible + found.gathered((0..<imageCount).map { $0 * count }, axis: 0) * hidden)
  }

  /// Pixels in 0 ... 1, [batch, height, width, channels].
  private func pixels(_ g: Activations<Float>) -> Tensor<Float> {
    clampedToPixels(images.pixels(of: trained.model.decode(g)))
  }

  /// Pixels of one image as a picture.
  func picture(_ pixels: Tensor<Float>) -> Picture {
    Picture(
      width: images.grid.width, height: images.grid.height, channels: images.grid.channels,
      values: pixels.elements)
  }
}
