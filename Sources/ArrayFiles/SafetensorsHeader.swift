import Foundation
import Foundations

/// The parsed header of a safetensors file, before its offsets are held against the data.
struct SafetensorsHeader {
  private struct Entry {
    let name: String
    /// The format as the header names it, and nil where it is none of ``ElementType``.
    let dtype: String, elementType: ElementType?
    let shape: [Int]
    let begin: Int
    let end: Int
  }

  private let path: String
  private var entries: [Entry] = []
  private var metadata: [String: String] = [:]

  /// The formats by the names that the header uses: "F32", "BOOL" and so on.
  static let elementTypes = Dictionary(
    uniqueKeysWithValues: ElementType.allCases.map { (dtype(of: $0), $0) })

  static func dtype(of elementType: ElementType) -> String { elementType.rawValue.uppercased() }

  init(members: [(key: String, value: StrictJSON)], file: String) throws {
    path = file
    for (key, value) in members {
      if key == SafetensorsFile.metadataKey {
        // The reference takes null for none.
        if case .null = value { continue }
        metadata = try texts(in: value)
      } else {
        entries.append(try entry(named: key, value))
      }
    }
  }

  /// The file whose arrays are slices of `buffer`: no overlap, no hole, nothing left over.
  func file(over buffer: Data) throws -> SafetensorsFile {
    var arrays: [String: StoredArray] = [:]
    var unreadable: [String: FileFormatError] = [:]
    var position = 0
    for entry in entries.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) }) {
      guard entry.begin == position else {
        throw failure(
          entry.name, "data_offsets", expected: "begin \(position), where the array before it ends",
          found: "\(entry.begin)")
      }
      guard entry.end <= buffer.count else {
        throw failure(
          entry.name, "data_offsets", expected: "end of at most \(buffer.count), the size of the data",
          found: "\(entry.end) for shape \(entry.shape)")
      }
      guard arrays[entry.name] == nil && unreadable[entry.name] == nil else {
        throw failure(entry.name, "name", expected: "names that differ", found: "two that look the same")
      }
      let start = buffer.startIndex + entry.begin
      if let elementType = entry.elementType {
        arrays[entry.name] = try StoredArray(
          elementType: elementType, shape: entry.shape,
          bytes: buffer[start..<(start + entry.end - entry.begin)], file: path, name: entry.name)
      } else {
        unreadable[entry.name] = failure(
          entry.name, "dtype", expected: "one of " + Self.elementTypes.keys.sorted().joined(separator: ", "),
          found: "\(quoted(entry.dtype)), of shape \(entry.shape)")
      }
      position = entry.end
    }
    guard position == buffer.count else {
      throw FileFormatError(
        file: path, field: "data", expected: "\(position) bytes, the sum of all arrays",
        found: "\(buffer.count)")
    }
    return SafetensorsFile(path: path, arrays: arrays, unreadable: unreadable, metadata: metadata)
  }

  private func texts(in value: StrictJSON) throws -> [String: String] {
    guard case .object(let members) = value else {
      throw FileFormatError(
        file: path, field: "__metadata__", expected: "an object of texts", found: value.summary)
    }
    var texts: [String: String] = [:]
    for (key, value) in members {
      guard case .string(let text) = value else {
        throw FileFormatError(
          file: path, field: "__metadata__, \(quoted(key))", expected: "a text", found: value.summary)
      }
      texts[key] = text
    }
    return texts
  }

  private func entry(named name: String, _ value: StrictJSON) throws -> Entry {
    guard case .object(let members) = value else {
      throw failure(name, "entry", expected: "an object", found: value.summary)
    }
    var fields: [String: StrictJSON] = [:]
    for (key, value) in members { fields[key] = value }
    for key in ["dtype", "shape", "data_offsets"] where fields[key] == nil {
      throw failure(name, key, expected: "a value", found: "none")
    }
    if let extra = members.first(where: { !["dtype", "shape", "data_offsets"].contains($0.key) }) {
      throw failure(
        name, "entry", expected: "dtype, shape and data_offsets only", found: quoted(extra.key))
    }
    guard case .string(let dtype)? = fields["dtype"] else {
      throw failure(
        name, "dtype", expected: "the name of a format", found: fields["dtype"]?.summary ?? "none")
    }
    let shape = try sizes(fields["shape"], name, "shape")
    let offsets = try sizes(fields["data_offsets"], name, "data_offsets")
    guard offsets.count == 2, offsets[0] <= offsets[1] else {
      throw failure(name, "data_offsets", expected: "[begin, end] with begin ≤ end", found: "\(offsets)")
    }
    // How many bytes the elements of another format take is its own affair.
    let elementType = Self.elementTypes[dtype]
    if let elementType {
      guard let needed = byteCount(ofShape: shape, elementType: elementType) else {
        throw failure(name, "shape", expected: "a product that fits 63 bits", found: "\(shape)")
      }
      guard offsets[1] - offsets[0] == needed else {
        throw failure(
          name, "data_offsets", expected: "\(needed) bytes (\(dtype) of shape \(shape))",
          found: "\(offsets[1] - offsets[0])")
      }
    }
    return Entry(
      name: name, dtype: dtype, elementType: elementType, shape: shape, begin: offsets[0], end: offsets[1])
  }

  private func sizes(_ value: StrictJSON?, _ name: String, _ field: String) throws -> [Int] {
    guard case .array(let items)? = value else {
      throw failure(name, field, expected: "an array of integers", found: value?.summary ?? "none")
    }
    return try items.map { item in
      guard case .integer(let size) = item, size >= 0 else {
        throw failure(name, field, expected: "integers from 0 to \(Int.max)", found: item.summary)
      }
      return size
    }
  }

  private func failure(_ name: String, _ field: String, expected: String, found: String) -> FileFormatError {
    FileFormatError(file: path, field: "array \(quoted(name)), \(field)", expected: expected, found: found)
  }
}
