import ArrayFiles
import Foundation
import Foundations
import Tensors

/// A text file of numbers, some on each line, read as bytes.
///
/// Numbers on a line are separated by commas, spaces or tabs. A byte-order mark is passed over; lines may end in any of
/// the three usual ways, and the file in empty lines. An empty line elsewhere is an error, so that number i stands on
/// line i / (numbers per line) + 1.
struct NumberLines {
  /// What error messages call the file.
  let name: String
  private let bytes: Data

  /// - Throws: ``DataFileError`` for a file that cannot be read or is no text in UTF-8.
  init(contentsOf url: URL) throws {
    name = url.path
    let content = try DataFile.mapped(url)
    if content.starts(with: [0xFF, 0xFE]) || content.starts(with: [0xFE, 0xFF]) {
      throw DataFileError(file: name, problem: "is UTF-16 text, expected numbers in ASCII or UTF-8")
    }
    switch FileKind(content) {
    case nil, .empty?, .text?, .json?: break
    case let kind?: throw DataFileError(file: name, problem: "is \(kind), expected lines of numbers")
    }
    bytes = content.starts(with: [0xEF, 0xBB, 0xBF]) ? content.dropFirst(3) : content
  }

  /// The whole numbers of a file with `perLine` on every line; 2.0 and 2e0 are whole too.
  /// - Parameters:
  ///   - expected: what a line should hold, for error messages.
  ///   - ofFractions: what the message adds where a line holds numbers that are not whole.
  func integers(perLine: Int, expected: String, ofFractions note: String = "") throws -> [Int] {
    try bytes.withUnsafeBytes { buffer in
      var scanner = LineScanner(bytes: buffer)
      var numbers: [Int] = []
      numbers.reserveCapacity(buffer.count / 3)
      while try scanner.beginsLine(file: name, expected: expected) {
        for column in 0..<perLine {
          if column > 0 { scanner.skipSeparator() }
          guard let number = scanner.integer() else {
            throw failure(scanner, expected + (scanner.decimal() == nil ? "" : note))
          }
          numbers.append(number)
        }
        guard scanner.endsLine() else { throw failure(scanner, expected) }
      }
      return numbers
    }
  }

  /// The whole numbers of a file with the same count on every line, and that count.
  /// - Parameter expected: what a line should hold, for error messages.
  func integerColumns(expected: String) throws -> (values: [Int], perLine: Int) {
    try columns(expected: expected) { $0.integer() }
  }

  /// The decimal numbers of a file with the same count on every line, and that count.
  /// - Parameter expected: what a line should hold, for error messages.
  func decimals(expected: String) throws -> (values: [Float], perLine: Int) {
    try columns(expected: expected) { scanner in
      scanner.decimal().map { Float($0) }.flatMap { $0.isFinite ? $0 : nil }
    }
  }

  private func columns<Number>(
    expected: String, _ next: (inout LineScanner) -> Number?
  ) throws -> (values: [Number], perLine: Int) {
    try bytes.withUnsafeBytes { buffer in
      var scanner = LineScanner(bytes: buffer)
      var values: [Number] = []
      var perLine = 0
      while try scanner.beginsLine(file: name, expected: expected) {
        let start = values.count
        repeat {
          guard let value = next(&scanner) else { throw failure(scanner, expected) }
          values.append(value)
          scanner.skipSeparator()
        } while !scanner.isAtLineEnd
        let count = values.count - start
        if scanner.line == 1 { perLine = count }
        guard count == perLine else {
          throw DataFileError(
            file: name, problem: "line \(scanner.line): \(count) numbers, expected \(perLine) as on line 1")
        }
        _ = scanner.endsLine()
      }
      return (values, perLine)
    }
  }

  private func failure(_ scanner: LineScanner, _ expected: String) -> DataFileError {
    DataFileError(
      file: name,
      problem: "line \(scanner.line): \"\(oneLine(scanner.text, limit: 60))\", expected \(expected)")
  }
}
