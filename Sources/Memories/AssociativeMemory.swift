import Foundations
public import Tensors

/// A store of patterns that completes what it is shown.
///
/// Everything takes batches: patterns and queries are rows of [count, dimension]. Queries do not influence
/// each other. Results have the same bits for any number of threads.
///
/// A memory that stores nothing leaves queries as they are and stops as ``RetrievalStop/noMemory``; its energy is constant
/// but for terms of the state alone.
public protocol AssociativeMemory<Scalar>: Sendable {
  associatedtype Scalar: TensorScalar

  /// The size of a pattern.
  var dimension: Int { get }
  /// The number of stored patterns.
  var patternCount: Int { get }

  /// Adds patterns, [count, dimension].
  mutating func store(_ patterns: Tensor<Scalar>)

  /// Removes one stored copy of each pattern, [count, dimension].
  ///
  /// - Throws: ``PatternNotStored`` when a row is not stored; then nothing is removed. A memory that keeps no
  ///   patterns cannot tell.
  mutating func forget(_ patterns: Tensor<Scalar>) throws

  /// The energy at each row of [states, dimension]: [states]. Retrieval descends it.
  func energy(at states: Tensor<Scalar>) -> Tensor<Scalar>

  /// Follows the update of the memory from each query, [queries, dimension], as far as the options say.
  func retrieve(_ queries: Tensor<Scalar>, options: RetrievalOptions) -> Retrieval<Scalar>
}

extension AssociativeMemory {
  /// Follows the update of the memory from each query, [queries, dimension], until it rests.
  public func retrieve(_ queries: Tensor<Scalar>) -> Retrieval<Scalar> {
    retrieve(queries, options: RetrievalOptions())
  }

  func checkRows(_ rows: Tensor<Scalar>, _ what: String) {
    require(
      rows.rank == 2 && rows.shape[1] == dimension,
      "\(what) of shape \(rows.shape) for a memory of patterns of shape \([patternCount, dimension])")
  }
}
