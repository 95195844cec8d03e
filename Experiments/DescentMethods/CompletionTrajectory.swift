import EnergyTransformer
import Kit

/// Energies and errors of images along a descent.
struct CompletionTrajectory: Sendable {
  /// Gradients of the energy that were taken up to each step; step 0 is the start.
  private(set) var gradients: [Int] = []
  /// Energy of each image, [step][image].
  private(set) var energies: [[Double]] = []
  /// Mean squared error over the hidden pixels of each image, clamped to 0 ... 1; [step][image].
  private(set) var errors: [[Double]] = []

  /// Descends all images under test for at most `limit` gradients.
  ///
  /// Where steps are shortened, a try counts for every image of its batch.
  /// - Returns: nil for a descent that left the finite numbers.
  static func measured(
    _ candidate: DescentCandidate, _ model: ImageEnergyTransformer<Float>, _ images: PreparedImages,
    limit: Int
  ) -> CompletionTrajectory? {
    var parts: [CompletionTrajectory] = []
    for range in images.testBatches(of: 100) {
      guard let part = batch(candidate, model, images, range, limit) else { return nil }
      parts.append(part)
    }
    return joined(parts)
  }

  /// Mean energy over the images at a step.
  func energy(at step: Int) -> Double { mean(energies[step]) }

  /// Mean error over the images at a step.
  func error(at step: Int) -> Double { mean(errors[step]) }

  /// The last step that is reached with no more than `budget` gradients.
  func step(within budget: Int) -> Int { gradients.lastIndex { $0 <= budget } ?? 0 }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  private static func batch(
    _ candidate: DescentCandidate, _ model: ImageEnergyTransformer<Float>, _ images: PreparedImages,
    _ range: Range<Int>, _ limit: Int
  ) -> CompletionTrajectory? {
    let descent = candidate.descent(model.blocks[0], steps: limit)
    var trajectory = CompletionTrajectory()
    for (gradients, state) in states(descent, images.tokens(of: model, range), limit) {
      let g = descent.lagrangian.activations(at: Tokens(state))
      let energies = descent.energy.energyByPart(at: g).total.elements.map(Double.init)
      let errors = images.errors(of: model.decode(g), range)
      guard (energies + errors).allSatisfy(\.isFinite) else { return nil }
      trajectory.gradients.append(gradients)
      trajectory.energies.append(energies)
      trajectory.errors.append(errors)
    }
    return trajectory
  }

  /// The tokens at every step, with the gradients they took.
  static func states<Function, Norm>(
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

  /// The trajectories of successive images as one: the steps that all reached, with the gradients of the slowest.
  private static func joined(_ parts: [CompletionTrajectory]) -> CompletionTrajectory {
    var trajectory = CompletionTrajectory()
    for step in 0..<(parts.map(\.gradients.count).min() ?? 0) {
      trajectory.gradients.append(parts.map { $0.gradients[step] }.max() ?? 0)
      trajectory.energies.append(parts.flatMap { $0.energies[step] })
      trajectory.errors.append(parts.flatMap { $0.errors[step] })
    }
    return trajectory
  }
}

extension PreparedImages {
  /// The tokens that a model makes of images under test, hidden patches replaced.
  func tokens(of model: ImageEnergyTransformer<Float>, _ range: Range<Int>) -> Tokens<Float> {
    model.tokens(patches: patches(test.batch(at: Array(range))), masked: replaced(range))
  }
}
