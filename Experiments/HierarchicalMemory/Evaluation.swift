import Baselines
import EnergyTransformer
import Kit

/// What the memory does to the images under test: error and energies at every step.
struct Evaluation {
  /// Mean squared error over the hidden pixels of all images at every step, clamped to 0 ... 1.
  let errors: [Double]
  private(set) var energies = BlockEnergies()
  /// Completions of some images at every step: [step][image], pixels in 0 ... 1.
  private(set) var pictures: [[Tensor<Float>]] = []
  /// The error of the mean training image and of the linear conditional mean.
  let meanImage: Double
  let linear: Double

  init(memory: PictureMemory, images: PreparedImages, model: MemoryOptions) throws {
    var each = [[Double]](repeating: [], count: model.steps + 1)
    pictures = [[Tensor<Float>]](repeating: [], count: model.steps + 1)
    let kept = images.pictured
    for range in images.testBatches(of: 100) {
      let truth = images.pixels(images.test, range)
      let hidden = images.hiddenPixels(range)
      let normalized = images.grid.images(of: images.patches(images.test.batch(at: Array(range))))
      let result = memory.descended(
        normalized, hidden: hidden, model, recording: [.energies, .states(every: 1)])
      try result.checkFinite("evaluation of images \(range)")
      energies.add([result])
      for state in result.trajectory.states {
        let found = clampedToPixels(images.pixels(ofPictures: memory.pixels(Tokens(state.tokens))))
        each[state.step] += meanSquaredErrors(found, truth, mask: hidden)
        let completed = truth * (1 - hidden) + found * hidden
        pictures[state.step] += kept.filter(range.contains).map {
          completed.sliced(axis: 0, $0 - range.lowerBound..<$0 - range.lowerBound + 1)
        }
      }
    }
    errors = each.map { $0.reduce(0, +) / Double($0.count) }
    let size = images.training.imageSize
    let all = 0..<images.test.count
    let training = images.pixels(images.training, 0..<images.training.count)
      .reshaped([images.training.count, size])
    let (test, hidden) = (
      images.pixels(images.test, all).reshaped([all.count, size]),
      images.hiddenPixels(all).reshaped([all.count, size])
    )
    func error(_ completion: some ImageCompletion) throws -> Double {
      let found = clampedToPixels(try completion.completed(test, hidden: hidden))
      let each = meanSquaredErrors(found, test, mask: hidden)
      return each.reduce(0, +) / Double(each.count)
    }
    meanImage = try error(MeanImageCompletion(training: training))
    linear = try error(GaussianCompletion(training: training))
  }
}
