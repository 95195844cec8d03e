import Foundation
import Foundations
public import Tensors

extension SafetensorsFile {
  /// Writes arrays and metadata; the same input gives the same bytes.
  ///
  /// The header lists metadata and then arrays sorted by name, padded with spaces to a multiple of
  /// 8 bytes; the data lies in the order of falling element size, then name, so that every array is
  /// aligned to its elements. An existing file is replaced only when the new one is complete.
  ///
  /// - Throws: ``Foundations/FileFormatError`` for a name that is reserved or given twice, ``Foundations/FileAccessError``
  ///   when the file cannot be written.
  public static func write(
    path: String, arrays: [(name: String, array: StoredArray)], metadata: [String: String] = [:]
  ) throws {
    let header = try headerBytes(
      path: path,
      arrays: arrays.map { ($0.name, $0.array.elementType, $0.array.shape, $0.array.bytes.count) },
      metadata: metadata)
    try AtomicFile(path: path).write { append in
      try append(header)
      let inDataOrder = arrays.sorted {
        liesBefore(($0.name, $0.array.elementType), ($1.name, $1.array.elementType))
      }
      for (_, array) in inDataOrder where !array.bytes.isEmpty { try append(array.bytes) }
    }
  }

  /// Writes the parameters of a model, an array each under its name, and the ``ParameterLayout``; ``NamedArrays/filling(_:by:)``
  /// reads them back.
  ///
  /// - Throws: ``Foundations/FileAccessError`` when the file cannot be written.
  public static func write(
    _ model: some Parameterized, to path: String, metadata: [String: String] = [:]
  ) throws {
    let parameters = model.parameters
    try write(
      path: path, arrays: zip(parameters.names, parameters.values).map { ($0, StoredArray($1)) },
      metadata: metadata.merging(ParameterLayout.outputsFirst.metadata) { $1 })
  }

  /// The order of the data: falling element size, then name.
  private static func liesBefore(
    _ left: (name: String, type: ElementType), _ right: (name: String, type: ElementType)
  ) -> Bool {
    let sizes = (left.type.byteCount, right.type.byteCount)
    return sizes.0 == sizes.1 ? precedes(left.name, right.name) : sizes.0 > sizes.1
  }

  /// Header length and header of a file with these arrays.
  static func headerBytes(
    path: String, arrays: [(name: String, type: ElementType, shape: [Int], byteCount: Int)],
    metadata: [String: String]
  ) throws -> Data {
    var ranges: [String: Range<Int>] = [:]
    var position = 0
    let inDataOrder = arrays.sorted { liesBefore(($0.name, $0.type), ($1.name, $1.type)) }
    for (name, _, _, byteCount) in inDataOrder {
      guard name != metadataKey else {
        throw FileFormatError(
          file: path, field: "array names", expected: "names of arrays", found: "the reserved \(metadataKey)")
      }
      let range = position..<(position + byteCount)
      guard ranges.updateValue(range, forKey: name) == nil else {
        throw FileFormatError(
          file: path, field: "array names", expected: "every name once", found: "\(quoted(name)) twice")
      }
      position = range.upperBound
    }
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { precedes($0.key, $1.key) }.map { key, text in
        "\(StrictJSON.encoded(key)):\(StrictJSON.encoded(text))"
      }
      members.append("\"\(metadataKey)\":{\(pairs.joined(separator: ","))}")
    }
    for (name, type, sizes, _) in arrays.sorted(by: { precedes($0.name, $1.name) }) {
      let range = ranges[name] ?? 0..<0
      let shape = sizes.map(String.init).joined(separator: ",")
      let dtype = SafetensorsHeader.dtype(of: type)
      members.append(
        "\(StrictJSON.encoded(name)):{\"dtype\":\"\(dtype)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(range.lowerBound),\(range.upperBound)]}")
    }
    var json = Data("{\(members.joined(separator: ","))}".utf8)
    json.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - json.count % 8) % 8))
    guard json.count <= maximumHeaderByteCount else {
      throw FileFormatError(
        file: path, field: "header length", expected: "at most \(maximumHeaderByteCount)",
        found: "\(json.count)")
    }
    return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Data($0) } + json
  }

  /// Byte order of the UTF-8 text: the same on every platform and for every locale.
  private static func precedes(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
  }
}
