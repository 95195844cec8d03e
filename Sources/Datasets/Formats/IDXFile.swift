import ArrayFiles
public import Foundation
import Tensors

/// An array of bytes in the IDX format of the MNIST files.
///
/// Two zero bytes, one byte for the type (0x08, unsigned byte, is the only one read here), one for the
/// number of dimensions, each dimension as a big-endian 32-bit integer, then the values, last index fastest.
public struct IDXFile: Sendable, Equatable {
  /// Size of each dimension.
  public let shape: [Int]
  /// The values, `shape` in row-major order.
  public let values: [UInt8]

  /// Reads the file at `url`, unpacked or as gzip data.
  public init(contentsOf url: URL) throws {
    try self.init(data: DataFile.mapped(url), name: url.path)
  }

  /// Reads a file that is already in memory, unpacked or as gzip data.
  ///
  /// - Parameters:
  ///   - bytes: What the file holds.
  ///   - name: What error messages call the file.
  public init(bytes: [UInt8], name: String) throws {
    try self.init(data: Data(bytes), name: name)
  }

  private init(data: Data, name: String) throws {
    guard data.starts(with: Gzip.signature) else {
      try self.init(unpacked: [UInt8](data), name: name)
      return
    }
    // No more is unpacked than the header asks for.
    let start = [UInt8](try Gzip.prefix(data, count: Self.largestHeaderSize, file: name))
    let (shape, headerSize) = try Self.header(start, name: name)
    let (size, overflow) = Self.valueCount(shape).addingReportingOverflow(headerSize)
    let limit = overflow ? Gzip.largestByteCount : min(size, Gzip.largestByteCount)
    try self.init(
      unpacked: [UInt8](try Gzip.unpacked(data, file: name, maximumByteCount: limit)), name: name)
  }

  private init(unpacked bytes: [UInt8], name: String) throws {
    let headerSize: Int
    (shape, headerSize) = try Self.header(bytes, name: name)
    let valueCount = Self.valueCount(shape)
    guard bytes.count - headerSize == valueCount else {
      let sizes = shape.map(String.init).joined(separator: "x")
      throw DataFileError(
        file: name,
        problem: "\(bytes.count - headerSize) bytes of values, expected \(valueCount) for the stated"
          + " dimensions \(sizes)")
    }
    values = Array(bytes[headerSize...])
  }

  private static let largestHeaderSize = 4 + 4 * 255

  /// The product of the dimensions, the largest number where it is beyond.
  private static func valueCount(_ shape: [Int]) -> Int {
    shape.reduce(1) { count, size in
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      return overflow ? Int.max : product
    }
  }

  private static func header(_ bytes: [UInt8], name: String) throws -> (shape: [Int], size: Int) {
    let dimensionCount = try dimensionCount(bytes, name: name)
    let headerSize = 4 + 4 * dimensionCount
    guard bytes.count >= headerSize else {
      throw DataFileError(
        file: name,
        problem:
          "truncated header: \(bytes.count) bytes, expected \(headerSize) for \(dimensionCount) dimensions")
    }
    let shape = (0..<dimensionCount).map { dimension in
      bytes[4 + 4 * dimension..<8 + 4 * dimension].reduce(0) { $0 << 8 | Int($1) }
    }
    return (shape, headerSize)
  }

  private static func dimensionCount(_ bytes: [UInt8], name: String) throws -> Int {
    guard bytes.count >= 4 else {
      throw DataFileError(
        file: name, problem: "\(bytes.count) bytes, expected the 4-byte magic number of IDX")
    }
    guard bytes[0] == 0, bytes[1] == 0, FileKind(bytes) != .zeros else {
      throw DataFile.foreign(
        bytes, name: name, expected: "an IDX file",
        otherwise: "magic number starts with \(bytes[0]) \(bytes[1]), expected 0 0 of an IDX file")
    }
    guard bytes[2] == 0x08 else {
      throw DataFileError(file: name, problem: "type code \(bytes[2]), expected 8 (unsigned byte)")
    }
    guard bytes[3] >= 1 else {
      throw DataFileError(file: name, problem: "0 dimensions, expected at least 1")
    }
    return Int(bytes[3])
  }
}
