import EnergyTransformer
import Kit

/// Milliseconds an image and gradient, by candidate: the least of several rounds, all candidates in turn.
struct DescentTiming {
  private(set) var milliseconds: [Double]

  init(
    _ candidates: [DescentCandidate], _ model: ImageEnergyTransformer<Float>, _ images: PreparedImages,
    steps: Int, rounds: Int
  ) {
    let count = min(64, images.test.count)
    let tokens = images.tokens(of: model, 0..<count)
    let descents = candidates.map { $0.descent(model.blocks[0], steps: steps) }
    // A safeguarded descent takes the gradients of its tries too, which stepping by hand counts.
    let gradients = descents.map { descent in
      guard descent.stepSize is BacktrackingStepSize else { return steps }
      var state = descent.start(from: tokens)
      for _ in 0..<steps { descent.step(&state) }
      return state.gradientCount
    }
    milliseconds = [Double](repeating: .infinity, count: descents.count)
    for _ in 0..<rounds {
      for (index, descent) in descents.enumerated() {
        let seconds = Stopwatch.seconds { _ = descent.run(from: tokens) }
        milliseconds[index] = min(milliseconds[index], seconds * 1000 / Double(gradients[index] * count))
      }
    }
  }
}
