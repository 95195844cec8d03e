import Foundations
public import Tensors

/// The binary Hopfield network: neurons that are 1 or -1, and couplings between all pairs.
///
///     E = -½ sᵀ T s        s_i <- sign( sum_j T_ij s_j ),  a sum of 0 changing nothing
///
/// It stores about 0.138 d random patterns with few errors by Hebb's rule, d / (2 ln d) without; the
/// pseudo-inverse rule stores up to d. The opposite of a stored pattern is a memory too. Patterns are kept
/// beside the couplings, to be forgotten and recognised.
///
/// - Source: Hopfield 1982; Amit, Gutfreund and Sompolinsky 1985 (capacity).
/// - Cost: 2 d² operations per query and sweep, or less where few neurons change.
public struct BinaryHopfieldNetwork<Scalar: TensorScalar>: AssociativeMemory {
  /// The rule by which patterns are learned.
  public let rule: LearningRule
  /// The order in which neurons are updated.
  public let order: UpdateOrder
  private(set) var patternStore: PatternStore<Scalar>
  /// T / `factor`, [d, d]. Hebb's is kept in whole numbers, so that sums are exact and forgetting leaves no
  /// rounding.
  private(set) var couplings: Tensor<Scalar>
  private var projection: PatternProjection

  /// A network of d = `dimension` neurons that stores nothing yet.
  public init(dimension: Int, rule: LearningRule = .hebb, order: UpdateOrder) {
    require(dimension > 0, "a network of \(dimension) neurons")
    self.rule = rule
    self.order = order
    patternStore = PatternStore(dimension: dimension)
    couplings = .zeros([dimension, dimension])
    projection = PatternProjection(dimension: dimension)
  }

  /// A network that stores patterns of shape [count, d], each number 1 or -1.
  public init(patterns: Tensor<Scalar>, rule: LearningRule = .hebb, order: UpdateOrder) {
    require(patterns.rank == 2, "patterns have shape [count, dimension], not \(patterns.shape)")
    self.init(dimension: patterns.shape[1], rule: rule, order: order)
    store(patterns)
  }

  public var dimension: Int { patternStore.dimension }
  public var patternCount: Int { patternStore.patternCount }
  /// The stored patterns, [count, d].
  public var patterns: Tensor<Scalar> { patternStore.patterns }
  /// T, [d, d].
  public var weights: Tensor<Scalar> { couplings * factor }

  /// The factor that makes T of the couplings.
  var factor: Scalar { rule == .hebb ? 1 / Scalar(dimension) : 1 }
  /// Sums of couplings up to this are 0 but for rounding.
  var smallestField: Scalar { rule == .hebb ? 0 : 8 * Scalar.ulpOfOne * Scalar(dimension) }

  public mutating func store(_ patterns: Tensor<Scalar>) {
    check(patterns, "patterns")
    patternStore.append(patterns)
    switch rule {
    case .hebb: addProducts(of: patterns, times: 1)
    case .pseudoInverse:
      projection.add(patterns)
      couplings = withoutDiagonal(projection.matrix())
    }
  }

  public mutating func forget(_ patterns: Tensor<Scalar>) throws {
    check(patterns, "patterns")
    try patternStore.remove(patterns)
    switch rule {
    case .hebb: addProducts(of: patterns, times: -1)
    case .pseudoInverse:
      projection = PatternProjection(dimension: dimension)
      projection.add(self.patterns)
      couplings = withoutDiagonal(projection.matrix())
    }
  }

  private mutating func addProducts(of patterns: Tensor<Scalar>, times sign: Scalar) {
    if patterns.shape[0] == 0 { return }
    couplings = withoutDiagonal(couplings + patterns.matrixProduct(patterns, transposed: true) * sign)
  }

  private func withoutDiagonal(_ matrix: Tensor<Scalar>) -> Tensor<Scalar> {
    Tensor(shape: matrix.shape) { out in
      matrix.withElements { elements in
        guard let start = elements.baseAddress else { return }
        out.update(from: start, count: elements.count)
      }
      for neuron in 0..<dimension { out[neuron * (dimension + 1)] = 0 }
    }
  }

  func check(_ rows: Tensor<Scalar>, _ what: String) {
    checkRows(rows, what)
    BinaryStates.check(rows, what)
  }

  public func energy(at states: Tensor<Scalar>) -> Tensor<Scalar> {
    checkRows(states, "states")
    let fields = states.matrixProduct(couplings)
    return (states * fields).sum(axes: [1]) * (-factor / 2)
  }
}

/// The trajectory of one query through a memory of binary states.
struct BinaryTrace<State> {
  var state: State
  var steps = 0
  var stopReason = RetrievalStop.stepLimit
  var energies: [Double] = []
}

/// The rule by which a binary Hopfield network learns its patterns.
public enum LearningRule: Sendable, Equatable, CaseIterable {
  /// T = 1/d sum_mu xi_mu xi_muᵀ, diagonal 0.
  ///
  /// - Source: Hopfield 1982.
  case hebb
  /// T = the projection on the span of the patterns, diagonal 0: every pattern is a fixed point while there
  /// are fewer than d and no combination of others decides a neuron alone.
  ///
  /// - Source: Personnaz, Guyon and Dreyfus 1986; Kanter and Sompolinsky 1987 for the diagonal.
  case pseudoInverse
}

/// The order in which the neurons of a memory of binary states are updated.
public enum UpdateOrder: Sendable {
  /// One after the other, in an order drawn anew for each sweep and query. The energy never rises.
  case asynchronous(random: RandomStream)
  /// All at once. The energy may rise, and states may alternate: a cycle of two is found and reported.
  case synchronous
}
