public import Foundation

/// An array of bytes in the IDX format of the MNIST files.
///
/// Two zero bytes, one byte for the type (0x08, unsigned byte, is the only one read here), one for the
/// number of dimensions, each dimension as a big-endian 32-bit integer, then the values, last index fastest.
public struct IDXFile: Sendable, Equatable {
  /// Size of each dimension.
  public let shape: [Int]
  /// The values, `shape` in row-major order.
  public let values: [UInt8]

  /// Reads the file at `url`.
  public init(contentsOf url: URL) throws {
    try self.init(bytes: DataFile.bytes(url), name: url.path)
  }

  /// Reads a file that is already in memory.
  /// - Parameter name: what error messages call the file.
  public init(bytes: [UInt8], name: String) throws {
    let dimensionCount = try Self.dimensionCount(bytes, name: name)
    let headerSize = 4 + 4 * dimensionCount
    guard bytes.count >= headerSize else {
      throw DataFileError(
        file: name,
        problem:
          "truncated header: \(bytes.count) bytes, expected \(headerSize) for \(dimensionCount) dimensions")
    }
    shape = (0..<dimensionCount).map { dimension in
      bytes[4 + 4 * dimension..<8 + 4 * dimension].reduce(0) { $0 << 8 | Int($1) }
    }
    var valueCount = 1
    for size in shape {
      let (product, overflow) = valueCount.multipliedReportingOverflow(by: size)
      valueCount = overflow ? Int.max : product
    }
    guard bytes.count - headerSize == valueCount else {
      let sizes = shape.map(String.init).joined(separator: "x")
      throw DataFileError(
        file: name,
        problem: "\(bytes.count - headerSize) bytes of values, expected \(valueCount) for the stated"
          + " dimensions \(sizes)")
    }
    values = Array(bytes[headerSize...])
  }

  private static func dimensionCount(_ bytes: [UInt8], name: String) throws -> Int {
    guard bytes.count >= 4 else {
      throw DataFileError(
        file: name, problem: "\(bytes.count) bytes, expected the 4-byte magic number of IDX")
    }
    if bytes[0] == 0x1F && bytes[1] == 0x8B {
      throw DataFileError(file: name, problem: "is compressed with gzip, expected an unpacked IDX file")
    }
    guard bytes[0] == 0, bytes[1] == 0 else {
      throw DataFileError(
        file: name, problem: "magic number starts with \(bytes[0]) \(bytes[1]), expected 0 0 of an IDX file")
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
