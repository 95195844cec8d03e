import ArrayFiles
import Foundation
import Foundations
import Tensors

/// A text file of named columns, separated by tabs, read as bytes line by line.
///
/// The file may be packed with gzip. Lines end in a line feed, a carriage return or both. A byte-order mark, spaces around fields, quotes around whole
/// fields (as R writes them) and a `#` before the first name are read past, as are lines without content at the end.
struct TabSeparatedFile {
  typealias Field = UnsafeRawBufferPointer.SubSequence

  /// What error messages call the file.
  let name: String
  /// The names in the first line; of a file without names its only column is called `sequence`.
  let columns: [String]
  private let bytes: Data
  private let newline: UInt8
  /// Where the lines after the names begin, and how many come before.
  private let start: Int, linesBefore: Int
  /// The end of the last line with content.
  private let end: Int

  init(contentsOf url: URL) throws {
    let bytes = try Self.unpacked(try TextFile.bytes(url), file: url.path)
    if let kind = FileKind(bytes.prefix(FileKind.byteCount)) {
      switch kind {
      case .text, .json: break
      default:
        throw DataFileError(
          file: url.path, problem: "is \(kind.description), expected columns of text between tabs")
      }
    }
    let newline = bytes.contains(Self.lineFeed) ? Self.lineFeed : Self.carriageReturn
    let first = bytes.prefix { $0 != newline }
    let columns = first.withUnsafeBytes { line in
      var fields: [Field] = []
      Self.split(line[...], into: &fields)
      return fields.map { String(decoding: $0, as: UTF8.self) }
    }
    let end = bytes.withUnsafeBytes { buffer in
      guard let last = buffer.lastIndex(where: { !Self.isBlank($0) }) else { return 0 }
      return buffer[last...].firstIndex(of: newline) ?? buffer.count
    }
    self.init(
      name: url.path,
      columns: columns.enumerated().map { $0 == 0 && $1.hasPrefix("#") ? String($1.dropFirst()) : $1 },
      bytes: bytes, newline: newline, start: min(first.count + 1, bytes.count), linesBefore: 1, end: end)
  }

  private static func unpacked(_ bytes: Data, file: String) throws -> Data {
    guard bytes.starts(with: Gzip.signature) else { return bytes }
    let text = try Gzip.unpacked(bytes, file: file)
    return text.starts(with: [0xEF, 0xBB, 0xBF]) ? text.dropFirst(3) : text
  }

  private init(
    name: String, columns: [String], bytes: Data, newline: UInt8, start: Int, linesBefore: Int, end: Int
  ) {
    (self.name, self.columns, self.bytes, self.newline) = (name, columns, bytes, newline)
    (self.start, self.linesBefore, self.end) = (start, linesBefore, end)
  }

  /// The same file, of one column, with the first line as content.
  var withoutNames: TabSeparatedFile {
    require(columns.count == 1, "\(columns.count) columns without names")
    return TabSeparatedFile(
      name: name, columns: ["sequence"], bytes: bytes, newline: newline, start: 0, linesBefore: 0, end: end)
  }

  /// The index of the column that has the first of these names that is there; nil where none is.
  ///
  /// - Parameter names: Names as ``plain(_:)`` has them, the likelier first.
  func firstColumn(of names: [String]) throws -> Int? {
    for name in names {
      let found = columns.indices.filter { Self.plain(columns[$0]) == name }
      guard found.count < 2 else {
        throw failure(
          "2 columns of one meaning, \(columns[found[0]]) and \(columns[found[1]]), expected one")
      }
      if let index = found.first { return index }
    }
    return nil
  }

  /// The small letters and digits of a name: `amino_acid` and `aminoAcid` are one name.
  static func plain(_ name: String) -> String {
    let codes = name.utf8.compactMap { code -> UInt8? in
      switch code {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): code + 32
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): code
      default: nil
      }
    }
    return String(decoding: codes, as: UTF8.self)
  }

  /// Calls `body` with the number of each line, counted from 1 with that of the names, and its fields.
  ///
  /// Empty lines are passed over where there are several columns.
  func forEachLine(_ body: (_ line: Int, _ fields: [Field]) throws -> Void) throws {
    try bytes.withUnsafeBytes { buffer in
      var (start, line) = (self.start, linesBefore)
      var fields: [Field] = []
      while start < end {
        line += 1
        let newline = buffer[start..<end].firstIndex(of: self.newline) ?? end
        Self.split(buffer[start..<newline], into: &fields)
        start = newline + 1
        if fields.count == 1, columns.count > 1, fields[0].isEmpty { continue }
        guard fields.count == columns.count else {
          throw DataFileError(
            file: name,
            problem: "line \(line): \(fields.count) fields, expected \(columns.count) as on line 1")
        }
        try body(line, fields)
      }
    }
  }

  /// An error about a field of a line.
  func failure(line: Int, column: Int, found: some Sequence<UInt8>, expected: String) -> DataFileError {
    let text = oneLine(String(decoding: Array(found.prefix(200)), as: UTF8.self), limit: 60)
    return DataFileError(
      file: name, problem: "line \(line), field \(columns[column]): \"\(text)\", expected \(expected)")
  }

  /// An error about the names of the columns.
  func failure(_ problem: String) -> DataFileError {
    DataFileError(
      file: name,
      problem: "line 1: \(problem); the names are \(oneLine(columns.joined(separator: ", "), limit: 200))")
  }

  private static func split(_ line: Field, into fields: inout [Field]) {
    fields.removeAll(keepingCapacity: true)
    var start = line.startIndex
    for index in line.indices where line[index] == tab {
      fields.append(bare(line[start..<index]))
      start = index + 1
    }
    fields.append(bare(line[start..<line.endIndex]))
  }

  /// A field without the spaces around it and the quotes around those.
  private static func bare(_ field: Field) -> Field {
    var field = field
    while true {
      while let last = field.last, last == space || last == carriageReturn { field = field.dropLast() }
      while field.first == space { field = field.dropFirst() }
      guard field.count > 1, field.first == quote, field.last == quote else { return field }
      field = field.dropFirst().dropLast()
    }
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == lineFeed || byte == carriageReturn || byte == tab || byte == space
  }

  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")
  private static let tab = UInt8(ascii: "\t")
  private static let space = UInt8(ascii: " ")
  private static let quote = UInt8(ascii: "\"")
}
