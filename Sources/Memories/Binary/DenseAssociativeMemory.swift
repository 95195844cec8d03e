import Foundations
public import Tensors

/// The dense associative memory: neurons that are 1 or -1, and patterns that count more than in proportion
/// when they overlap.
///
///     E = -d sum_mu F(xi_mu·s / d)        of powers, and        E = -log sum_mu e^(xi_mu·s)
///     s_i <- sign( sum_mu F(xi_mu,i + rest) - F(-xi_mu,i + rest) ),  rest = xi_mu·s - xi_mu,i s_i
///
/// Both energies rise and fall with the published -sum_mu F(xi_mu·s), which is beyond floating point for many
/// neurons. Powers n store in the order of d^(n-1) patterns, the exponential in that of 2^(d/2). Sums are
/// those of whole numbers in double precision, whatever `Scalar` is.
///
/// - Source: Krotov and Hopfield 2016; Demircigil et al. 2017.
/// - Cost: 2 N d operations per query and sweep, and one byte for each number stored besides the patterns.
public struct DenseAssociativeMemory<Scalar: TensorScalar>: AssociativeMemory {
  /// F.
  public let function: SeparationFunction
  /// The order in which neurons are updated.
  public let order: UpdateOrder
  private(set) var patternStore: PatternStore<Scalar>
  /// The patterns neuron by neuron, [d, N].
  private(set) var columns: [Int8] = []
  let table: SeparationTable

  /// A memory of d = `dimension` neurons that stores nothing yet.
  public init(dimension: Int, function: SeparationFunction, order: UpdateOrder) {
    require(dimension > 0, "a memory of \(dimension) neurons")
    self.function = function
    self.order = order
    patternStore = PatternStore(dimension: dimension)
    table = SeparationTable(function, dimension: dimension)
  }

  /// A memory that stores patterns of shape [count, d], each number 1 or -1.
  public init(patterns: Tensor<Scalar>, function: SeparationFunction, order: UpdateOrder) {
    require(patterns.rank == 2, "patterns have shape [count, dimension], not \(patterns.shape)")
    self.init(dimension: patterns.shape[1], function: function, order: order)
    store(patterns)
  }

  public var dimension: Int { patternStore.dimension }
  public var patternCount: Int { patternStore.patternCount }
  /// The stored patterns, [count, d].
  public var patterns: Tensor<Scalar> { patternStore.patterns }

  public mutating func store(_ patterns: Tensor<Scalar>) {
    check(patterns, "patterns")
    patternStore.append(patterns)
    columns = Self.signs(self.patterns.transposed)
  }

  public mutating func forget(_ patterns: Tensor<Scalar>) throws {
    check(patterns, "patterns")
    try patternStore.remove(patterns)
    columns = Self.signs(self.patterns.transposed)
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  static func signs(_ values: Tensor<Scalar>) -> [Int8] {
    values.withElements { elements in elements.map { $0 > 0 ? 1 : -1 } }
  }

  func check(_ rows: Tensor<Scalar>, _ what: String) {
    checkRows(rows, what)
    BinaryStates.check(rows, what)
  }

  /// E at each row of 1 and -1, [states, d].
  public func energy(at states: Tensor<Scalar>) -> Tensor<Scalar> {
    check(states, "states")
    let signs = Self.signs(states)
    let energies = Parallelism.map(states.shape[0]) { row in
      table.energy(overlaps(Array(signs[row * dimension..<(row + 1) * dimension])))
    }
    return Tensor(shape: [states.shape[0]], elements: energies.map { Scalar($0) })
  }

  /// xi_mu·s for every pattern.
  func overlaps(_ state: [Int8]) -> [Int32] {
    let count = patternCount
    var sums = [Int32](repeating: 0, count: count)
    columns.withUnsafeBufferPointer { columns in
      sums.withUnsafeMutableBufferPointer { sums in
        for neuron in 0..<dimension {
          let (start, value) = (neuron * count, state[neuron])
          for pattern in 0..<count { sums[pattern] &+= Int32(columns[start + pattern] &* value) }
        }
      }
    }
    return sums
  }
}
