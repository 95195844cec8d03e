import EnergyTransformer
import Kit

/// How the energies of the tokens of some windows changed by each step of their descents.
struct TokenMoves {
  /// The tokens of all windows at one step.
  struct Step {
    fileprivate(set) var count = 0
    /// Tokens whose energy did not rise by their own move in the context that they started the step in, and of these those whose
    /// energy stayed the same to the last digit.
    fileprivate(set) var ownFell = 0, ownStayed = 0
    /// Tokens whose energy did not rise by the moves of all.
    fileprivate(set) var netFell = 0
    fileprivate var ownSum = 0.0, netSum = 0.0
    /// The sum of the sizes of energies before the step, and the largest rise by a token's own move.
    fileprivate var sizeSum = 0.0, largestOwnRise = 0.0

    fileprivate mutating func add(_ change: TokenEnergyChange<Float>) {
      let (own, net) = (change.own.elements, change.net.elements)
      count += own.count
      ownFell += own.count { $0 <= 0 }
      ownStayed += own.count { $0 == 0 }
      netFell += net.count { $0 <= 0 }
      ownSum += own.reduce(0) { $0 + Double($1) }
      netSum += net.reduce(0) { $0 + Double($1) }
      sizeSum += change.before.elements.reduce(0) { $0 + Double(abs($1)) }
      largestOwnRise = max(largestOwnRise, Double(own.max() ?? 0))
    }
  }

  /// The steps of all blocks, one block behind the other.
  private(set) var steps: [Step] = []
  /// The mean energy of the tokens of each position, for each block before its first step and after each:
  /// [block][step][position].
  private(set) var energies: [[[Double]]] = []
  /// The mean loss of the windows after the last step.
  private(set) var nats = 0.0

  /// Follows the windows' descents.
  ///
  /// - Parameters:
  ///   - exercises: Windows of one length.
  ///   - isBacktracking: Whether each token's step is shortened until its own energy does not rise.
  /// - Throws: `DescentFailure` where a descent left the finite numbers.
  init(
    of network: TextEnergyTransformer<Float>, on exercises: [Exercise], settings: DescentSettings,
    isBacktracking: Bool
  ) throws {
    let found = Parallelism.map(exercises.count) { index in
      Result { try Self.descent(of: exercises[index], network, settings, isBacktracking) }
    }
    var (sum, asked) = (0.0, 0)
    for (window, exercise) in zip(found, exercises) {
      let (blocks, losses) = try window.get()
      add(blocks, share: 1 / Double(exercises.count))
      sum += losses
      asked += exercise.askedCount
    }
    nats = sum / Double(asked)
  }

  private static func descent(
    of exercise: Exercise, _ network: TextEnergyTransformer<Float>, _ settings: DescentSettings,
    _ isBacktracking: Bool
  ) throws -> (blocks: [[TokenEnergyChange<Float>]], losses: Double) {
    var tokens = network.tokens(of: [exercise.symbols])
    let blocks = try network.stack.blocks.map { block in
      var descent = block.descent(settings, over: network.pairs, from: tokens)
      if isBacktracking { descent.stepSize = .backtracking(from: settings.stepSize) }
      let result = descent.run(from: tokens, recording: [.tokenEnergies])
      try result.checkFinite("the descent of a window")
      tokens = result.tokens
      return result.trajectory.tokenEnergyChanges
    }
    let losses = negativeLogLikelihoods(network.logits(at: tokens), labels: exercise.answers).elements
    return (blocks, losses.reduce(0) { $0 + Double($1) })
  }

  private mutating func add(_ blocks: [[TokenEnergyChange<Float>]], share: Double) {
    let all = blocks.flatMap { $0 }
    if steps.isEmpty { steps = Array(repeating: Step(), count: all.count) }
    for (index, change) in all.enumerated() { steps[index].add(change) }
    let found = blocks.map { changes in
      // After the last step: what it was before it, and what changed.
      (changes.map(\.before) + changes.suffix(1).map { $0.before + $0.net }).map { energies in
        energies.elements.map { Double($0) * share }
      }
    }
    guard !energies.isEmpty else { return energies = found }
    for (block, steps) in found.enumerated() {
      for (step, values) in steps.enumerated() {
        for (position, value) in values.enumerated() { energies[block][step][position] += value }
      }
    }
  }

  private func share(_ part: (Step) -> Int) -> Double {
    Double(steps.reduce(0) { $0 + part($1) }) / Double(max(1, count))
  }

  /// Token-steps in all.
  private var count: Int { steps.reduce(0) { $0 + $1.count } }

  /// The shares of the token-steps in which energies fell, or stayed where they were.
  var shareOwnFell: Double { share(\.ownFell) }
  var shareOwnStayed: Double { share(\.ownStayed) }
  var shareNetFell: Double { share(\.netFell) }
  /// The largest rise of a token's energy by its own move, as a share of the mean size of energies; 0 where none rose.
  var largestOwnRise: Double {
    let size = steps.reduce(0) { $0 + $1.sizeSum } / Double(max(1, count))
    return (steps.map(\.largestOwnRise).max() ?? 0) / max(size, 1e-12)
  }
  /// The mean changes by a step.
  var meanOwnChange: Double { steps.reduce(0) { $0 + $1.ownSum } / Double(max(1, count)) }
  var meanNetChange: Double { steps.reduce(0) { $0 + $1.netSum } / Double(max(1, count)) }
}
