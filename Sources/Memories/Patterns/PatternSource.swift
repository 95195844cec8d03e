public import Tensors

/// Where a memory finds its stored patterns: rows in memory, in a file, anywhere they can be read in blocks.
///
/// Retrieval asks for neighbouring rows, from several threads at once, and keeps nothing of them.
public protocol PatternSource<Scalar>: Sendable {
  associatedtype Scalar: TensorScalar

  /// The number of rows.
  var patternCount: Int { get }
  /// The numbers of a row.
  var dimension: Int { get }
  /// The largest Euclidean norm of a row; 0 where there are none, infinite where a number is not finite.
  var largestNorm: Double { get }

  /// Calls `body` once with the numbers of rows `range`, row after row; they may be gone when it returns.
  func withRows(_ range: Range<Int>, _ body: (UnsafePointer<Scalar>) -> Void)
}

extension PatternSource {
  /// Some rows, [indices, dimension].
  package func gathered(_ indices: [Int]) -> Tensor<Scalar> {
    Tensor(shape: [indices.count, dimension]) { out in
      for (position, index) in indices.enumerated() {
        withRows(index..<index + 1) { (out + position * dimension).update(from: $0, count: dimension) }
      }
    }
  }
}
