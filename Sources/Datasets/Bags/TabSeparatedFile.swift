import Foundation
import Tensors

/// A text file of named columns, separated by tabs, read as bytes line by line.
///
/// Lines may end in a carriage return too, and the file in empty lines.
struct TabSeparatedFile {
  /// What error messages call the file.
  let name: String
  private let bytes: Data
  /// The names in the first line.
  let columns: [String]

  init(contentsOf url: URL) throws {
    name = url.path
    bytes = try TextFile.bytes(url)
    let first = bytes.prefix { $0 != Self.newline }
    let text = String(decoding: first, as: UTF8.self).trimmingCharacters(in: .init(charactersIn: "\r"))
    columns = text.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    guard columns.count > 1 else {
      throw DataFileError(
        file: name, problem: "line 1: \"\(oneLine(text, limit: 60))\", expected names of columns between tabs"
      )
    }
  }

  /// The place of a column, by its name with capitals or without.
  func column(_ name: String) throws -> Int {
    let found = columns.indices.filter { columns[$0].lowercased() == name.lowercased() }
    guard found.count == 1 else {
      throw DataFileError(
        file: self.name,
        problem: "line 1: \(found.count) columns named \(name), expected one among "
          + oneLine(columns.joined(separator: ", "), limit: 200))
    }
    return found[0]
  }

  /// Calls `body` with the number of each line, from 2, and its fields.
  func forEachLine(
    _ body: (_ line: Int, _ fields: [UnsafeRawBufferPointer.SubSequence]) throws -> Void
  ) throws {
    try bytes.withUnsafeBytes { buffer in
      let header = buffer.firstIndex(of: Self.newline).map { $0 + 1 } ?? buffer.count
      var (start, line) = (header, 1)
      var fields: [UnsafeRawBufferPointer.SubSequence] = []
      while start < buffer.count {
        line += 1
        let end = buffer[start...].firstIndex(of: Self.newline) ?? buffer.count
        let last = end > start && buffer[end - 1] == Self.carriageReturn ? end - 1 : end
        if last == start, buffer[start...].allSatisfy({ $0 == Self.newline || $0 == Self.carriageReturn }) {
          return
        }
        split(buffer[start..<last], into: &fields)
        guard fields.count == columns.count else {
          throw DataFileError(
            file: name,
            problem: "line \(line): \(fields.count) fields, expected \(columns.count) as on line 1")
        }
        try body(line, fields)
        start = end + 1
      }
    }
  }

  /// An error about a field of a line.
  func failure(line: Int, column: Int, found: some Sequence<UInt8>, expected: String) -> DataFileError {
    let text = oneLine(String(decoding: Array(found.prefix(200)), as: UTF8.self), limit: 60)
    return DataFileError(
      file: name, problem: "line \(line), field \(columns[column]): \"\(text)\", expected \(expected)")
  }

  private func split(
    _ text: UnsafeRawBufferPointer.SubSequence, into fields: inout [UnsafeRawBufferPointer.SubSequence]
  ) {
    fields.removeAll(keepingCapacity: true)
    var start = text.startIndex
    for place in text.indices where text[place] == Self.tab {
      fields.append(text[start..<place])
      start = place + 1
    }
    fields.append(text[start..<text.endIndex])
  }

  private static let newline = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")
  private static let tab = UInt8(ascii: "\t")
}
