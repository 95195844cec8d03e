import EnergyTransformer
import Foundation

/// What falls while a causal model descends: each token's own energy in the context that a step starts in, and its energy in all.
struct EnergyChanges: Codable, Sendable {
  /// The means over tokens of the changes of each step of all blocks, one after the other.
  private(set) var own: [Double] = []
  private(set) var net: [Double] = []
  /// The mean energy of a token before each step.
  private(set) var before: [Double] = []
  private var tokenSteps = 0.0
  private var ownFell = 0.0
  private var netFell = 0.0
  /// The largest rise of a token's own energy, as a share of the mean size of energies; 0 where none rose.
  private(set) var largestOwnRise = 0.0

  /// - Parameter isBacktracking: Whether each token's step is shortened until its own energy does not rise.
  init(
    of model: TextEnergyTransformer<Float>, _ settings: DescentSettings, _ inputs: [[Int]],
    isBacktracking: Bool
  ) {
    var tokens = model.tokens(of: inputs)
    for block in model.stack.blocks {
      var descent = block.descent(settings, over: model.pairs)
      if isBacktracking { descent.stepSize = .backtracking(from: settings.stepSize) }
      let result = descent.run(from: tokens, recording: [.tokenEnergies])
      tokens = result.tokens
      for change in result.trajectory.tokenEnergyChanges { add(change) }
    }
  }

  private mutating func add(_ change: TokenEnergyChange<Float>) {
    let own = change.own.elements.map(Double.init)
    let net = change.net.elements.map(Double.init)
    let before = change.before.elements.map(Double.init)
    self.own.append(LanguageEvaluation.mean(own))
    self.net.append(LanguageEvaluation.mean(net))
    self.before.append(LanguageEvaluation.mean(before))
    tokenSteps += Double(own.count)
    ownFell += Double(own.count { $0 <= 0 })
    netFell += Double(net.count { $0 <= 0 })
    let size = LanguageEvaluation.mean(before.map(abs))
    largestOwnRise = max(largestOwnRise, (own.max() ?? 0) / max(size, 1e-12))
  }

  /// The share of tokens and steps whose own energy did not rise.
  var shareOwnFell: Double { ownFell / max(1, tokenSteps) }
  /// The share whose energy, the changes of the context among what moves it, did not rise.
  var shareNetFell: Double { netFell / max(1, tokenSteps) }
}

/// How many keys the weights of heads are spread over: the exponential of their entropy, the mean over queries, by head and step.
struct HeadSpreads: Codable, Sendable {
  /// [head][step].
  let effectiveKeys: [[Double]]

  init(of model: TextEnergyTransformer<Float>, _ settings: DescentSettings, _ inputs: [[Int]]) {
    let block = model.stack.blocks.count - 1
    let states = model.trace(inputs, settings: settings, recording: [.states(every: 1)])[block].trajectory
      .states
    var found = [[Double]](repeating: [], count: model.stack.blocks[block].attention.headCount)
    for state in states {
      let weights = model.attentionWeights(at: Tokens(state.tokens), block: block)
      let (heads, keys) = (weights.shape[1], weights.shape[3])
      let values = weights.elements
      var (sums, counts) = ([Double](repeating: 0, count: heads), [Double](repeating: 0, count: heads))
      for row in 0..<values.count / keys {
        let weights = values[row * keys..<(row + 1) * keys].filter { $0 > 0 }.map(Double.init)
        if weights.isEmpty { continue }
        let head = row / keys % heads
        sums[head] += exp(-weights.reduce(0) { $0 + $1 * log($1) })
        counts[head] += 1
      }
      for head in 0..<heads { found[head].append(sums[head] / max(1, counts[head])) }
    }
    effectiveKeys = found
  }
}
