import EnergyTransformer
import Measurements

/// A descent of a small block that goes on and on, some steps at a time, and is looked at as it goes.
///
/// The tokens move along the tangential gradient, since along the plain one they run away from zero for ever, and steps are
/// shortened where an energy would rise. Neither keeps anything from one step to the next, so that a descent taken up from its
/// last tokens is the same as one that never stopped.
struct LongDescent {
  private let block: EnergyTransformerBlock<Float>
  /// x after the steps so far.
  private(set) var tokens: Tokens<Float>
  /// The energy of each example before the first step, and after those so far.
  private(set) var firstEnergies: [Float] = []
  private(set) var energies: [Float] = []
  /// The steps so far.
  private(set) var steps = 0
  /// How often the energy of an example fell; else it stayed as it was.
  private(set) var falls = 0

  /// The sizes of the block, and of an example.
  static let (heads, keySize, memories, tokenCount, dimension) = (2, 3, 6, 3, 4)

  /// A block and examples of random numbers.
  init(examples: Int, seed: UInt64) {
    let root = RandomStream(seed: seed)
    func normal(_ index: UInt64, _ shape: [Int], _ deviation: Double) -> Tensor<Float> {
      var random = root.child(index)
      return .normal(shape, standardDeviation: deviation, using: &random)
    }
    let weights = [Self.heads, Self.keySize, Self.dimension]
    block = EnergyTransformerBlock(
      norm: LayerNormLagrangian(dimension: Self.dimension),
      attention: AttentionEnergy(queryWeights: normal(0, weights, 0.5), keyWeights: normal(1, weights, 0.5)),
      memory: HopfieldEnergy(memories: normal(2, [Self.dimension, Self.memories], 1)))
    tokens = Tokens(normal(3, [examples, Self.tokenCount, Self.dimension], 1))
  }

  /// Takes some steps more.
  ///
  /// - Throws: ``WorkerFault`` where a number is not finite or the energy of an example rose.
  mutating func advance(by count: Int) throws {
    var descent = EnergyDescent(
      of: block.energy, lagrangian: block.norm,
      stepSize: .backtracking(from: 0.05, Backtracking(attempts: 3)), stop: .after(steps: count),
      gradientPath: .detached)
    descent.direction = .tangential
    let result = descent.run(from: tokens, recording: [.energies])
    guard result.stopReason.isFinite, result.tokens.values.isFinite else {
      throw WorkerFault("after \(steps) steps: \(result.stopReason)")
    }
    let examples = tokens.values.shape[0]
    // [steps + 1, examples], with the energies where the last steps ended before them.
    let recorded = result.trajectory.series(of: .total).values.elements
    let found = energies + recorded
    for (index, (before, after)) in zip(found, found.dropFirst(examples)).enumerated() {
      guard after <= before else {
        let step = steps + (index + examples - energies.count) / examples
        throw WorkerFault(
          "step \(step) of example \(index % examples): the energy rose from \(before) to \(after)")
      }
      if after < before { falls += 1 }
    }
    if firstEnergies.isEmpty { firstEnergies = Array(recorded.prefix(examples)) }
    energies = Array(recorded.suffix(examples))
    tokens = result.tokens
    steps += count
  }

  /// The root of the mean square of all numbers of the tokens.
  var tokenSize: Double {
    let squares = tokens.values.elements.reduce(0) { $0 + Double($1) * Double($1) }
    return (squares / Double(tokens.values.count)).squareRoot()
  }
}
