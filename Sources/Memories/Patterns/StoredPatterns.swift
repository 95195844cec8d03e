public import ArrayFiles
import Foundation
import Foundations
public import Tensors

/// Patterns in an array of a file, read without a copy where the file is mapped into memory, however large it is.
///
/// ```swift
/// let file = try SafetensorsFile.read(path: "patterns.safetensors")
/// let patterns = try StoredPatterns<Float>(file.array(named: "patterns"))
/// let memory = ModernHopfieldNetwork(source: patterns, beta: 40)
/// ```
///
/// Where the file put the numbers at an address that is not a multiple of their size, blocks are copied while
/// they are in use. The file must not be shortened in place meanwhile.
public final class StoredPatterns<Scalar: TensorScalar>: PatternSource {
  public let patternCount: Int
  public let dimension: Int
  private let bytes: Data
  private let knownNorm = Guarded<Double?>(nil)

  /// Patterns of an array of shape [count, dimension] and the format of `Scalar`.
  ///
  /// Their numbers are not checked: a query whose scores are not finite stops with ``RetrievalStop/nonFinite``.
  ///
  /// - Throws: ``Foundations/FileFormatError`` naming the file, the array and the format or shape that it should have, with one
  ///   pattern at least.
  public init(_ array: StoredArray) throws {
    let type = ElementType(of: Scalar.self)
    guard array.elementType == type else {
      throw array.formatError(field: "format", expected: "\(type)", found: "\(array.elementType)")
    }
    guard array.shape.count == 2, array.shape[1] > 0 else {
      throw array.formatError(
        field: "shape", expected: "[patterns, numbers of a pattern]", found: "\(array.shape)")
    }
    guard array.shape[0] > 0 else {
      throw array.formatError(field: "shape", expected: "at least one pattern", found: "\(array.shape)")
    }
    (patternCount, dimension) = (array.shape[0], array.shape[1])
    bytes = array.bytes
  }

  /// The largest Euclidean norm of a row, infinite where a number is not finite: one pass over all rows the first time
  /// it is asked for.
  public var largestNorm: Double {
    if let known = knownNorm.withLock({ $0 }) { return known }
    let length = max(1, 65_536 / dimension)
    let norms = Parallelism.map((patternCount + length - 1) / length) { block -> Double in
      let range = block * length..<min((block + 1) * length, patternCount)
      var largest = 0.0
      withRows(range) { rows in
        for row in 0..<range.count {
          let norm = EuclideanNorm.of(rows + row * dimension, count: dimension)
          largest = max(largest, norm.isNaN ? .infinity : norm)
        }
      }
      return largest
    }
    let largest = norms.reduce(0, max)
    knownNorm.withLock { $0 = largest }
    return largest
  }

  public func withRows(_ range: Range<Int>, _ body: (UnsafePointer<Scalar>) -> Void) {
    require(
      range.lowerBound >= 0 && range.upperBound <= patternCount,
      "rows \(range) of patterns of shape \([patternCount, dimension])")
    let (size, count) = (MemoryLayout<Scalar>.stride, range.count * dimension)
    bytes.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      let start = base + range.lowerBound * dimension * size
      if Int(bitPattern: start).isMultiple(of: MemoryLayout<Scalar>.alignment) {
        return body(start.assumingMemoryBound(to: Scalar.self))
      }
      let copy = Storage<Scalar>(count: count)
      UnsafeMutableRawPointer(copy.pointer).copyMemory(from: start, byteCount: count * size)
      body(copy.pointer)
    }
  }
}

/// A source of stored patterns for a memory: rows in memory, in a file, or anywhere they can be read in blocks.
///
/// Retrieval asks for neighbouring rows, from several threads at once, and keeps nothing of them.
public protocol PatternSource<Scalar>: Sendable {
  associatedtype Scalar: TensorScalar

  /// The number of rows.
  var patternCount: Int { get }
  /// The size of a row.
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
