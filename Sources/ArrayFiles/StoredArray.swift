public import Foundation
package import Foundations

/// An array as it lies in a file: number format, shape, and the bytes in row-major order.
///
/// Reading a file decodes nothing; ``floats()``, ``doubles()`` and ``integers()`` decode on demand
/// and cost one pass over the bytes.
///
/// | stored as | `floats()` | `doubles()` | `integers()` |
/// | --- | --- | --- | --- |
/// | f64 | nearest; finite beyond `Float` throws | exact | throws |
/// | f32, f16, bf16 | exact | exact | throws |
/// | integers | nearest | nearest (exact to 2⁵³) | exact; u64 beyond `Int` throws |
/// | bool | 0 or 1 | 0 or 1 | 0 or 1 (any non-zero byte is 1) |
///
/// Infinities and NaN in the file stay what they are.
public struct StoredArray: Sendable {
  /// The number format of one element.
  public let elementType: ElementType
  /// The sizes of the axes; empty for a single number.
  public let shape: [Int]
  /// The elements, little-endian and packed; may be a slice of a mapped file, at any alignment.
  public let bytes: Data
  // Where the array came from, for error messages.
  let file: String
  let name: String

  /// An array over bytes that are already little-endian and in row-major order.
  ///
  /// - Throws: ``Foundations/FileFormatError`` when the number of bytes is not that of the shape.
  public init(elementType: ElementType, shape: [Int], bytes: Data) throws {
    try self.init(elementType: elementType, shape: shape, bytes: bytes, file: "memory", name: "")
  }

  init(elementType: ElementType, shape: [Int], bytes: Data, file: String, name: String) throws {
    guard let needed = byteCount(ofShape: shape, elementType: elementType) else {
      throw FileFormatError(
        file: file, field: "array \(quoted(name)), shape",
        expected: "sizes of at least 0 whose product fits 63 bits", found: "\(shape)")
    }
    guard needed == bytes.count else {
      throw FileFormatError(
        file: file, field: "array \(quoted(name)), data",
        expected: "\(needed) bytes (\(elementType) of shape \(shape))", found: "\(bytes.count)")
    }
    self.elementType = elementType
    self.shape = shape
    self.bytes = bytes
    self.file = file
    self.name = name
  }

  /// An f32 array; `floats` in row-major order, as many as the shape says.
  public init(shape: [Int], floats: [Float]) {
    self.init(elementType: .f32, shape: shape, words: floats.map { $0.bitPattern.littleEndian })
  }

  /// An f64 array; `doubles` in row-major order, as many as the shape says.
  public init(shape: [Int], doubles: [Double]) {
    self.init(elementType: .f64, shape: shape, words: doubles.map { $0.bitPattern.littleEndian })
  }

  /// An i64 array; `integers` in row-major order, as many as the shape says.
  public init(shape: [Int], integers: [Int]) {
    self.init(elementType: .i64, shape: shape, words: integers.map { Int64($0).littleEndian })
  }

  private init<Word: FixedWidthInteger>(elementType: ElementType, shape: [Int], words: [Word]) {
    require(
      elementCount(ofShape: shape) == words.count,
      "StoredArray of shape \(shape) cannot hold \(words.count) elements")
    self.elementType = elementType
    self.shape = shape
    bytes = words.withUnsafeBytes { Data($0) }
    file = "memory"
    name = ""
  }

  /// An error that names the file and this array.
  package func formatError(field: String, expected: String, found: String) -> FileFormatError {
    FileFormatError(
      file: file, field: "array \(quoted(name)), \(field)", expected: expected, found: found)
  }

  /// The number of elements: the product of the shape, 1 for a shape of no dimensions.
  public var count: Int { bytes.count / elementType.byteCount }
}

// MARK: - Equality

extension StoredArray: Equatable {
  /// True when number format, shape and bytes agree; where the arrays came from does not matter.
  public static func == (left: StoredArray, right: StoredArray) -> Bool {
    left.elementType == right.elementType && left.shape == right.shape && left.bytes == right.bytes
  }
}
