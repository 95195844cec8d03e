import Memories
import Tensors
import TestSupport

/// Patterns for tests of memories.
enum MemoryExamples {
  /// Rows drawn uniformly from the sphere of a radius.
  static func sphere<Scalar: TensorScalar>(
    _ count: Int, dimension: Int, radius: Double, seed: UInt64, as type: Scalar.Type = Double.self
  ) -> Tensor<Scalar> {
    let rows: Tensor<Double> = normalTensor([count, dimension], seed: seed)
    let lengths = rows.squared().sum(axes: [1], keepingDimensions: true).squareRoot()
    return (rows / lengths * radius).converted(to: Scalar.self)
  }

  /// Rows of 1 and -1.
  static func signs<Scalar: TensorScalar>(
    _ count: Int, dimension: Int, seed: UInt64, as type: Scalar.Type = Float.self
  ) -> Tensor<Scalar> {
    var random = RandomStream(seed: seed)
    let elements = (0..<count * dimension).map { _ -> Scalar in random.uniform() < 0.5 ? 1 : -1 }
    return Tensor(shape: [count, dimension], elements: elements)
  }

  /// Rows of which `flips` different numbers each changed their sign.
  static func flipped<Scalar: TensorScalar>(
    _ rows: Tensor<Scalar>, flips: Int, seed: UInt64
  ) -> Tensor<Scalar> {
    let random = RandomStream(seed: seed)
    var elements = rows.elements
    for row in 0..<rows.shape[0] {
      var own = random.child(UInt64(row))
      for column in own.permutation(of: rows.shape[1]).prefix(flips) {
        elements[row * rows.shape[1] + column].negate()
      }
    }
    return Tensor(shape: rows.shape, elements: elements)
  }

  /// The distance of each row of `a` from that of `b`.
  static func distances<Scalar: TensorScalar>(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) -> [Double] {
    (a - b).squared().sum(axes: [1]).squareRoot().elements.map { Double($0) }
  }

  /// The share of numbers that differ.
  static func errorShare<Scalar: TensorScalar>(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) -> Double {
    Double(zip(a.elements, b.elements).filter { $0 != $1 }.count) / Double(a.count)
  }

  /// The largest rise from one energy of a trace to the next.
  static func largestRise(_ energies: [[Double]]) -> Double {
    energies.flatMap { trace in zip(trace.dropFirst(), trace).map { $0 - $1 } }.max() ?? -.infinity
  }
}

/// A source that hands out copies of rows, as one that reads a file does.
struct CopyingSource<Scalar: TensorScalar>: PatternSource {
  let rows: Tensor<Scalar>
  var patternCount: Int { rows.shape[0] }
  var dimension: Int { rows.shape[1] }
  var largestNorm: Double { PatternStore(rows).largestNorm }

  func withRows(_ range: Range<Int>, _ body: (UnsafePointer<Scalar>) -> Void) {
    let copy = rows.sliced(axis: 0, range).elements.map { $0 }
    copy.withUnsafeBufferPointer { if let start = $0.baseAddress { body(start) } }
  }
}
