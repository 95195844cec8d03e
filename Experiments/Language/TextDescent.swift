import EnergyTransformer
import Kit

/// The descent of one window through the blocks of an energy model, step by step.
struct TextDescent {
  /// Where the tokens are before the first step or after one.
  private struct Frame {
    let tokens: Tokens<Float>
    /// The block whose energy they descend, or have just descended.
    let block: Int
  }

  let exercise: Exercise
  private let network: TextEnergyTransformer<Float>
  private let frames: [Frame]
  /// The results of the blocks.
  let results: [DescentResult<Float>]

  /// - Throws: `DescentFailure` where it left the finite numbers.
  init(of exercise: Exercise, by network: TextEnergyTransformer<Float>, settings: DescentSettings) throws {
    (self.exercise, self.network) = (exercise, network)
    var recording: [Recording<Float>] = [.energies, .states(every: 1)]
    if network.configuration.isCausal { recording.append(.tokenEnergies) }
    results = network.trace([exercise.symbols], settings: settings, recording: recording)
    for (block, result) in results.enumerated() {
      try result.checkFinite("the descent of a window in block \(block + 1)")
    }
    frames = results.enumerated().flatMap { block, result in
      // A block starts where the one before it ended.
      result.trajectory.states.dropFirst(block == 0 ? 0 : 1).map {
        Frame(tokens: Tokens($0.tokens), block: block)
      }
    }
  }

  /// The number of frames: one more than there are steps.
  var frameCount: Int { frames.count }

  /// The block of a frame.
  func block(_ frame: Int) -> Int { frames[frame].block }

  /// The logits that the head reads from a frame, [length, symbols].
  func logits(_ frame: Int) -> Tensor<Float> {
    let found = network.logits(at: frames[frame].tokens)
    return found.reshaped([found.shape[1], found.shape[2]])
  }

  /// The mean loss of the answers read from a frame.
  func nats(_ frame: Int) -> Double {
    let losses = negativeLogLikelihoods(logits(frame), labels: exercise.answers).elements
    return losses.reduce(0) { $0 + Double($1) } / Double(losses.count)
  }

  /// The weights of attention at a frame, [heads, queries, keys].
  func attention(_ frame: Int) -> Tensor<Float> {
    let weights = network.attentionWeights(at: frames[frame].tokens, block: frames[frame].block)
    return weights.reshaped(Array(weights.shape.dropFirst()))
  }

  /// The energy of each token at a frame, in the context that it has there.
  func tokenEnergies(_ frame: Int) -> [Double] {
    let block = network.stack.blocks[frames[frame].block]
    let g = block.norm.activations(at: frames[frame].tokens)
    return block.energy(over: network.pairs).energyByToken(at: g, context: g).elements.map(Double.init)
  }

  /// The energies of the window at all frames, of the part of an index, in the block that it descends or has just descended.
  func windowEnergies(_ part: Int) -> [Double] {
    results.enumerated().flatMap { block, result in
      result.trajectory.series[part].byStep.map { $0[0] }.dropFirst(block == 0 ? 0 : 1)
    }
  }

  /// The changes of the tokens' energies by each step, in their order; empty where no contexts are held.
  var changes: [TokenEnergyChange<Float>] { results.flatMap(\.trajectory.tokenEnergyChanges) }
}
