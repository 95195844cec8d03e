import Foundations
public import Tensors

/// A learned vector for each of some symbols: words, letters, classes, positions.
///
/// - Shape: [ids] gives [ids, dimension], [sequences, ids] gives [sequences, ids, dimension].
public struct Embedding<Scalar: TensorScalar>: Parameterized {
  /// The vectors, [count, dimension].
  public var table: Tensor<Scalar>

  /// An embedding with given vectors, [count, dimension].
  public init(table: Tensor<Scalar>) {
    require(table.rank == 2, "an embedding has vectors [count, dimension], not \(table.shape)")
    self.table = table
  }

  /// An embedding whose vectors are drawn from a normal distribution of mean 0.
  public init(
    count: Int, dimension: Int, standardDeviation: Double = 0.02, using random: inout RandomStream
  ) {
    require(count > 0 && dimension > 0, "an embedding of \(count) symbols in \(dimension) numbers")
    table = .normal([count, dimension], standardDeviation: standardDeviation, using: &random)
  }

  /// The number of symbols.
  public var count: Int { table.shape[0] }
  /// The size of a vector.
  public var dimension: Int { table.shape[1] }

  /// The vectors of a sequence of symbols, [ids, dimension].
  ///
  /// - Precondition: Every id lies in 0 ..< count.
  public func callAsFunction(_ ids: [Int]) -> Tensor<Scalar> {
    for id in ids { require(id >= 0 && id < count, "symbol \(id) of an embedding of \(count)") }
    return table.gathered(ids, axis: 0)
  }

  /// The vectors of sequences of equal length, [sequences, ids, dimension].
  public func callAsFunction(_ ids: [[Int]]) -> Tensor<Scalar> {
    let length = ids.first?.count ?? 0
    require(
      ids.allSatisfy { $0.count == length },
      "sequences of \(ids.map(\.count)) symbols, expected equally many in each")
    return self(ids.flatMap { $0 }).reshaped([ids.count, length, dimension])
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) { visit("table", &table) }
}
