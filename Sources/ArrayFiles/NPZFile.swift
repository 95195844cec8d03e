package import Foundation
public import Foundations

/// A NumPy .npz file: a zip file of .npy arrays.
///
/// Arrays come out little-endian and in row-major order, however they were stored. Reading checks the
/// whole file, the CRC-32 of every array of numbers included, and inflates what is compressed; what is not stays a
/// slice of the mapped file. Text, records and other entries are left alone; pickled objects are never loaded.
public struct NPZFile: Sendable {
  /// The path that the file was read from.
  public let path: String
  /// The arrays by their names, without ".npy", but for those in ``unreadable``.
  public let arrays: [String: StoredArray]
  /// The entries that are no arrays of numbers, by their names: what asking for one throws.
  public let unreadable: [String: FileFormatError]

  /// The names of the arrays that can be read, sorted, without ".npy".
  public var names: [String] { arrays.keys.sorted() }

  /// The array of this name, without ".npy".
  ///
  /// - Throws: ``Foundations/FileFormatError`` naming the file, the missing name and the names that are there, or what the array
  ///   holds instead of numbers.
  public func array(named name: String) throws -> StoredArray {
    if let problem = unreadable[name] { throw problem }
    guard let array = arrays[name] else { throw missingArray(name, names: names, file: path) }
    return array
  }

  /// Opens, checks and unpacks a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - maximumByteCount: The largest number of bytes that all arrays together may unpack to; a file that declares
  ///     more is refused before anything is unpacked.
  /// - Throws: ``Foundations/FileAccessError`` when it cannot be read, ``Foundations/FileFormatError`` when it is malformed.
  public static func read(path: String, maximumByteCount: Int = 1 << 34) throws -> NPZFile {
    try parse(MappedFile.bytes(path: path), file: path, maximumByteCount: maximumByteCount)
  }

  /// Unpacks bytes that are already in memory; `file` is what errors call them.
  package static func parse(_ bytes: Data, file: String, maximumByteCount: Int = 1 << 34) throws -> NPZFile {
    if let other = otherKind(
      bytes, file: file, expected: "a NumPy .npz file", unless: [.npz, .zip, .pytorch])
    {
      throw other
    }
    let entries = try ZipArchive(bytes, file: file).entries
    var rest = maximumByteCount
    for entry in entries {
      guard entry.byteCount <= rest else {
        throw FileFormatError(
          file: file, field: "unpacked size", expected: "at most \(maximumByteCount) bytes", found: "more")
      }
      rest -= entry.byteCount
    }
    var arrays: [String: StoredArray] = [:]
    var unreadable: [String: FileFormatError] = [:]
    for entry in entries {
      let name = arrayName(entry)
      guard arrays[name ?? entry.name] == nil, unreadable[name ?? entry.name] == nil else {
        throw FileFormatError(
          file: file, field: "array names", expected: "every name once",
          found: "\(quoted(name ?? entry.name)) twice")
      }
      guard let name else {
        unreadable[entry.name] = FileFormatError(
          file: file, field: "zip entry names", expected: "names that end in .npy", found: quoted(entry.name))
        continue
      }
      let header = try header(of: entry, name: name, file: file)
      switch header.content {
      case .numbers(let format): arrays[name] = try array(in: entry, header, format, name: name, file: file)
      case .other(let problem): unreadable[name] = problem
      }
    }
    // A zip file of other things is not what was meant.
    if let problem = unreadable.min(by: { $0.key < $1.key })?.value,
      !entries.contains(where: { arrayName($0) != nil })
    {
      throw problem
    }
    return NPZFile(path: file, arrays: arrays, unreadable: unreadable)
  }

  /// The name of an entry without ".npy"; nil for one that is called otherwise.
  private static func arrayName(_ entry: ZipArchive.Entry) -> String? {
    guard entry.name.utf8.reversed().starts(with: ".npy".utf8.reversed()) else { return nil }
    return String(decoding: entry.name.utf8.dropLast(4), as: UTF8.self)
  }

  private static func array(
    in entry: ZipArchive.Entry, _ header: NPYHeader, _ format: NPYHeader.Numbers, name: String, file: String
  ) throws -> StoredArray {
    func fail(_ part: String, _ expected: String, _ found: String) -> FileFormatError {
      FileFormatError(
        file: file, field: "array \(quoted(name)), \(part)", expected: expected, found: found)
    }
    // Held against the declared size before anything of that size is allocated.
    guard format.byteCount == entry.byteCount - header.headerByteCount else {
      throw fail(
        "data", "\(format.byteCount) bytes (\(format.elementType) of shape \(header.shape))",
        "\(entry.byteCount - header.headerByteCount)")
    }
    guard let bytes = entry.isDeflated ? Inflate.all(entry.packed, count: entry.byteCount) : entry.packed
    else { throw fail("data", "\(entry.byteCount) bytes of deflate data", "damaged data") }
    guard checksum(of: bytes) == entry.checksum else {
      throw fail(
        "CRC-32", String(entry.checksum, radix: 16), String(checksum(of: bytes), radix: 16))
    }
    var elements = bytes.dropFirst(header.headerByteCount)
    if format.isBigEndian { elements = reversingEachElement(elements, size: format.elementType.byteCount) }
    if header.isFortranOrder, header.shape.count > 1 {
      elements = rowMajor(elements, shape: header.shape, size: format.elementType.byteCount)
    }
    return try StoredArray(
      elementType: format.elementType, shape: header.shape, bytes: elements, file: file, name: name)
  }

  private static func header(of entry: ZipArchive.Entry, name: String, file: String) throws -> NPYHeader {
    let count = min(entry.byteCount, NPYHeader.maximumByteCount + 12)
    guard let start = entry.isDeflated ? Inflate.prefix(entry.packed, count: count) : entry.packed else {
      throw FileFormatError(
        file: file, field: "array \(quoted(name)), npy header", expected: "deflate data",
        found: "damaged data")
    }
    return try NPYHeader(start, file: file, name: name)
  }
}

/// The elements with the bytes of each one turned around.
private func reversingEachElement(_ bytes: Data, size: Int) -> Data {
  var result = Data(count: bytes.count)
  result.withUnsafeMutableBytes { (target: UnsafeMutableRawBufferPointer) in
    bytes.withUnsafeBytes { (source: UnsafeRawBufferPointer) in
      for start in stride(from: 0, to: source.count, by: size) {
        for offset in 0..<size { target[start + offset] = source[start + size - 1 - offset] }
      }
    }
  }
  return result
}

/// The elements of a column-major array (first index fastest) in row-major order (last index fastest).
private func rowMajor(_ bytes: Data, shape: [Int], size: Int) -> Data {
  if bytes.isEmpty { return bytes }
  var strides = [Int](repeating: size, count: shape.count)
  for axis in shape.indices.dropFirst() { strides[axis] = strides[axis - 1] * shape[axis - 1] }
  var result = Data(count: bytes.count)
  result.withUnsafeMutableBytes { (target: UnsafeMutableRawBufferPointer) in
    bytes.withUnsafeBytes { (source: UnsafeRawBufferPointer) in
      var index = [Int](repeating: 0, count: shape.count)
      var from = 0
      for to in stride(from: 0, to: target.count, by: size) {
        for offset in 0..<size { target[to + offset] = source[from + offset] }
        var axis = shape.count - 1
        while axis >= 0 {
          index[axis] += 1
          from += strides[axis]
          if index[axis] < shape[axis] { break }
          from -= strides[axis] * shape[axis]
          index[axis] = 0
          axis -= 1
        }
      }
    }
  }
  return result
}
