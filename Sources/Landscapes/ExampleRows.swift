import Foundations
import Tensors

// Numbers of each example, for the reductions that must not mix examples.

extension Tensor {
  /// The numbers of each example one after the other, in double precision.
  var exampleRows: [[Double]] {
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    get {
      guard let batch = shape.first, batch > 0 else { return [] }
      let size = count / batch
      return withElements { elements in
        (0..<batch).map { example in
          (example * size..<(example + 1) * size).map { Double(elements[$0]) }
        }
      }
    }
  }

  /// A tensor [batch, …] of the numbers of each example.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  init(exampleRows rows: [[Double]], shape: [Int]) {
    self.init(shape: shape, elements: rows.flatMap { row in row.map { Scalar($0) } })
  }
}

extension [Double] {
  /// The Euclidean length.
  var length: Double { dot(self).squareRoot() }

  /// ⟨a, b⟩.
  func dot(_ other: [Double]) -> Double {
    var sum = 0.0
    for index in indices { sum += self[index] * other[index] }
    return sum
  }

  /// Adds a multiple of another row.
  mutating func add(_ factor: Double, _ other: [Double]) {
    for index in indices { self[index] += factor * other[index] }
  }

  /// The difference of two rows.
  func minus(_ other: [Double]) -> [Double] { zip(self, other).map { $0 - $1 } }
}
