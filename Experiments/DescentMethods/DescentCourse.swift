import EnergyTransformer
import Kit

/// Energies and errors of images along a descent.
struct DescentCourse: Sendable {
  /// Gradients of the energy that were needed to be there; moment 0 is the start.
  private(set) var gradients: [Int] = []
  /// Energy of each image, [moment][image].
  private(set) var energies: [[Double]] = []
  /// Mean squared error over the hidden pixels of each image, clamped to 0 ... 1; [moment][image].
  private(set) var errors: [[Double]] = []

  /// Descends all images under test for at most `limit` gradients.
  ///
  /// Where steps are shortened, a try counts for every image of its batch.
  /// - Returns: nil for a descent that left the finite numbers.
  static func measured(
    _ candidate: DescentCandidate, _ model: ImageEnergyTransformer<Float>, _ images: PreparedImages,
    limit: Int
  ) -> DescentCourse? {
    var parts: [DescentCourse] = []
    for range in images.testBatches(of: 100) {
      guard let part = batch(candidate, model, images, range, limit) else { return nil }
      parts.append(part)
    }
    return joined(parts)
  }

  /// Mean energy over the images at a moment.
  func energy(at moment: Int) -> Double { mean(energies[moment]) }

  /// Mean error over the images at a moment.
  func error(at moment: Int) -> Double { mean(errors[moment]) }

  /// The last moment that is reached with no more than `budget` gradients.
  func moment(within budget: Int) -> Int { gradients.lastIndex { $0 <= budget } ?? 0 }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  private static func batch(
    _ candidate: DescentCandidate, _ model: ImageEnergyTransformer<Float>, _ images: PreparedImages,
    _ range: Range<Int>, _ limit: Int
  ) -> DescentCourse? {
    let patches = images.patches(images.test.batch(at: Array(range)))
    let tokens = model.tokens(patches: patches, masked: images.replaced(range))
    let descent = candidate.descent(model.blocks[0], steps: limit)
    var course = DescentCourse()
    for (gradients, state) in states(descent, tokens, limit) {
      let g = descent.lagrangian.activations(at: Tokens(state))
      let energies = descent.energy.energyByPart(at: g).total.elements.map(Double.init)
      let errors = images.errors(of: model.decode(g), range)
      guard (energies + errors).allSatisfy(\.isFinite) else { return nil }
      course.gradients.append(gradients)
      course.energies.append(energies)
      course.errors.append(errors)
    }
    return course
  }

  /// The tokens at every moment, with the gradients they took.
  private static func states<Function, Norm>(
    _ descent: EnergyDescent<Function, Norm>, _ tokens: Tokens<Float>, _ limit: Int
  ) -> [(gradients: Int, tokens: Tensor<Float>)] where Function.Scalar == Float {
    if !(descent.stepSize is BacktrackingStepSize) {
      let found = descent.run(from: tokens, recording: [.states(every: 1)]).trajectory.states
      return found.map { ($0.step, $0.tokens) }
    }
    var state = descent.start(from: tokens)
    var found = [(0, tokens.values)]
    while true {
      descent.step(&state)
      if state.gradientCount > limit { return found }
      found.append((state.gradientCount, state.tokens.values))
    }
  }

  /// The courses of successive images as one: the moments that all reached, with the gradients of the slowest.
  private static func joined(_ parts: [DescentCourse]) -> DescentCourse {
    var course = DescentCourse()
    for moment in 0..<(parts.map(\.gradients.count).min() ?? 0) {
      course.gradients.append(parts.map { $0.gradients[moment] }.max() ?? 0)
      course.energies.append(parts.flatMap { $0.energies[moment] })
      course.errors.append(parts.flatMap { $0.errors[moment] })
    }
    return course
  }
}
