import EnergyTransformer
import Foundation

/// The memories that are measured.
enum MemoryKind: String, CaseIterable {
  case hebb, pseudoInverse, cubic, quartic, exponential, softmax, entmax, sparsemax, logSumReLU,
    randomFeatures

  /// What stands in names of results.
  var key: String {
    switch self {
    case .pseudoInverse: "pseudo_inverse"
    case .logSumReLU: "log_sum_relu"
    case .randomFeatures: "random_features"
    default: rawValue
    }
  }

  /// What tables call it.
  var label: String {
    switch self {
    case .hebb: "binary, Hebb"
    case .pseudoInverse: "binary, pseudo-inverse"
    case .cubic: "dense, n = 3"
    case .quartic: "dense, n = 4"
    case .exponential: "dense, exponential"
    case .softmax: "modern, softmax"
    case .entmax: "modern, 1.5-entmax"
    case .sparsemax: "modern, sparsemax"
    case .logSumReLU: "log-sum-ReLU"
    case .randomFeatures: "random features"
    }
  }

  /// Whether its states are 1 and -1.
  var isBinary: Bool {
    switch self {
    case .hebb, .pseudoInverse, .cubic, .quartic, .exponential: true
    default: false
    }
  }

  /// The weighting of a modern Hopfield network.
  var weighting: MemoryWeighting? {
    switch self {
    case .softmax: .softmax
    case .entmax: .entmax15
    case .sparsemax: .sparsemax
    default: nil
    }
  }

  /// Random frequencies of the memory of random features.
  static func featureCount(quick: Bool) -> Int { quick ? 512 : 8_192 }

  /// A memory of rows of 1 and -1.
  func binary(_ patterns: Tensor<Float>, _ random: RandomStream) -> any AssociativeMemory<Float> {
    let order = UpdateOrder.asynchronous(random: random)
    switch self {
    case .pseudoInverse:
      return BinaryHopfieldNetwork(patterns: patterns, rule: .pseudoInverse, order: order)
    case .cubic:
      return DenseAssociativeMemory(patterns: patterns, function: .power(degree: 3), order: order)
    case .quartic:
      return DenseAssociativeMemory(patterns: patterns, function: .power(degree: 4), order: order)
    case .exponential:
      return DenseAssociativeMemory(patterns: patterns, function: .exponential, order: order)
    default: return BinaryHopfieldNetwork(patterns: patterns, rule: .hebb, order: order)
    }
  }

  /// A memory of rows of numbers; that of random features has so many.
  func continuous(
    _ patterns: Tensor<Float>, beta: Float, featureCount: Int, _ random: RandomStream
  ) -> any AssociativeMemory<Float> {
    if let weighting {
      return ModernHopfieldNetwork(patterns: patterns, beta: beta, weighting: weighting)
    }
    if self == .logSumReLU { return LogSumReLUMemory(patterns: patterns, beta: beta) }
    var random = random
    var memory = RandomFeatureMemory<Float>(
      dimension: patterns.shape[1], featureCount: featureCount, beta: beta, using: &random)
    memory.store(patterns)
    return memory
  }
}
