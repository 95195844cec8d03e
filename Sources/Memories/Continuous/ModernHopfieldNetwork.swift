public import Energies
import Foundations
public import Tensors

/// The modern continuous Hopfield network: states are drawn to mixtures of stored patterns.
///
///     E = - Omega*(beta x·xi) / beta + ½ |x|² + (largest entropy) / beta + ½ M²       M = max_mu |xi_mu|
///     x <- sum_mu p_mu xi_mu        p = softmax, 1.5-entmax or sparsemax of beta x·xi
///
/// With softmax this is the published network: log sum exp energy, concave-convex update, E never rises. With
/// the sparse weightings most weights are exactly 0, and a pattern whose score leads by
/// ``Energies/MemoryWeighting/margin`` is retrieved exactly by one update. ``Energies/PatternMemoryEnergy`` is the same energy
/// for descents.
///
/// An update goes once over the patterns, in blocks, with a running log sum exp or a running shortlist: the
/// memory it needs does not grow with their number. Patterns lie in memory or wherever a ``PatternSource``
/// finds them.
///
/// - Source: Ramsauer et al. 2020; Hu et al. 2023 and Santos et al. 2024 for sparse weights.
/// - Cost: 4 N D operations per query and update; 2 N D where weights are sparse, or where all but few of the
///   softmax weights are below rounding.
public struct ModernHopfieldNetwork<Scalar: TensorScalar>: AssociativeMemory {
  /// The source of the stored patterns.
  public private(set) var source: any PatternSource<Scalar>
  /// The inverse temperature.
  public let beta: Scalar
  /// The function that turns scores into weights.
  public let weighting: MemoryWeighting

  /// A network over patterns wherever they are; only those of a ``PatternStore`` can be changed.
  public init(source: any PatternSource<Scalar>, beta: Scalar, weighting: MemoryWeighting = .softmax) {
    require(beta > 0 && beta.isFinite, "beta is a positive number, not \(beta)")
    require(source.dimension > 0, "patterns of \(source.dimension) numbers")
    self.source = source
    self.beta = beta
    self.weighting = weighting
  }

  /// A network that stores patterns of shape [count, dimension].
  public init(patterns: Tensor<Scalar>, beta: Scalar, weighting: MemoryWeighting = .softmax) {
    self.init(source: PatternStore(patterns), beta: beta, weighting: weighting)
  }

  /// A network that stores nothing yet.
  public init(dimension: Int, beta: Scalar, weighting: MemoryWeighting = .softmax) {
    self.init(source: PatternStore(dimension: dimension), beta: beta, weighting: weighting)
  }

  public var dimension: Int { source.dimension }
  public var patternCount: Int { source.patternCount }

  public mutating func store(_ patterns: Tensor<Scalar>) {
    checkRows(patterns, "patterns")
    PatternStore.change(&source) { $0.append(patterns) }
  }

  public mutating func forget(_ patterns: Tensor<Scalar>) throws {
    checkRows(patterns, "patterns")
    try PatternStore.change(&source) { try $0.remove(patterns) }
  }

  /// E at each row; of a network that stores nothing ½ |x|².
  public func energy(at states: Tensor<Scalar>) -> Tensor<Scalar> {
    checkRows(states, "states")
    return Tensor(shape: [states.shape[0]], elements: energies(at: states).map { Scalar($0) })
  }

  /// The states after one update, [states, dimension]; a network that stores nothing leaves them as they are.
  public func updated(_ states: Tensor<Scalar>) -> Tensor<Scalar> {
    checkRows(states, "states")
    return patternCount == 0 ? states : evaluate(states, energies: false).next
  }

  /// The weights p of all patterns, [states, patterns]: for few enough states that they fit into memory.
  public func weights(at states: Tensor<Scalar>) -> Tensor<Scalar> {
    checkRows(states, "states")
    require(patternCount > 0, "weights of a network that stores nothing")
    return weighting.weights(PatternPass(source).scores(states, scale: beta))
  }
}
