import EnergyTransformer
import Kit

/// Models that fill in masked symbols, and what falls where the energy is one number of the whole sequence.
struct MaskedResult: Codable, Sendable {
  let method: LanguageMethod
  let training: TrainedLanguageModel
  /// The mean negative log-probability of a hidden symbol, in nats.
  let loss: Double
  /// The share of hidden symbols whose most probable one is right.
  let accuracy: Double
  /// Of the energy model: the share of sequences whose energy fell at every step, by the constant step and by backtracking, and the
  /// mean energy before each step and after the last.
  var shareFell: Double?
  var shareFellBacktracking: Double?
  var energies: [Double] = []

  /// - Parameter windows: Sequences whose first symbols are masked and filled in.
  init(
    _ method: LanguageMethod, _ model: LanguageModel, _ training: TrainedLanguageModel,
    _ windows: [TextWindows.Evaluated], symbolCount: Int, random: RandomStream
  ) {
    (self.method, self.training) = (method, training)
    let masked = windows.enumerated().map { index, window in
      var stream = random.child(UInt64(index))
      return MaskedSymbols(Array(window.symbols.dropLast()), symbolCount: symbolCount, using: &stream)
    }
    var (losses, right) = ([Double](), 0.0)
    for batch in LanguageEvaluation.batches(windows).reduce(
      into: [Range<Int>](),
      { ranges, batch in
        let start = ranges.last?.upperBound ?? 0
        ranges.append(start..<start + batch.count)
      })
    {
      let logits = model.logits(masked[batch].map(\.inputs))
      let labels = masked[batch].flatMap(\.labels)
      losses += negativeLogLikelihoods(logits, labels: labels).elements.map(Double.init)
      let (values, count) = (logits.elements, logits.shape[2])
      for (row, label) in labels.enumerated() {
        guard let label else { continue }
        let best = (0..<count).max { values[row * count + $0] < values[row * count + $1] }
        if best == label { right += 1 }
      }
    }
    loss = LanguageEvaluation.mean(losses)
    accuracy = right / Double(max(1, losses.count))
    guard let energy = model.energy else { return }
    let inputs = masked.prefix(16).map(\.inputs)
    let length = inputs.first?.count ?? 0
    let equal = inputs.filter { $0.count == length }
    let trace = energy.trace(equal, settings: model.descent, recording: [.energies])
    let fell = trace.map { $0.trajectory.fellAtEveryStep() }
    shareFell = LanguageEvaluation.mean(
      equal.indices.map { index in fell.allSatisfy { $0[index] } ? 1 : 0 })
    energies = trace.flatMap { $0.trajectory.series(of: .total).means }
    var (tokens, kept) = (energy.tokens(of: equal), [Bool](repeating: true, count: equal.count))
    for block in energy.stack.blocks {
      var descent = block.descent(model.descent, over: energy.pairs)
      descent.stepSize = .backtracking(from: model.descent.stepSize)
      let result = descent.run(from: tokens, recording: [.energies])
      tokens = result.tokens
      let steps = result.trajectory.series(of: .total).byStep
      for (before, after) in zip(steps, steps.dropFirst()) {
        for index in kept.indices where after[index] > before[index] { kept[index] = false }
      }
    }
    shareFellBacktracking = LanguageEvaluation.mean(kept.map { $0 ? 1 : 0 })
  }
}
