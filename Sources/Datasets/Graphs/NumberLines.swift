import Foundation
import Tensors

/// A text file of numbers, some on each line, read as bytes.
///
/// Numbers on a line are separated by commas or spaces. Lines may end in a carriage return too, and the file in
/// empty lines; an empty line elsewhere is an error, so that number i stands on line i / (numbers a line) + 1.
struct NumberLines {
  /// What error messages call the file.
  let name: String
  private let bytes: Data

  init(contentsOf url: URL) throws {
    name = url.path
    bytes = try TextFile.bytes(url)
  }

  /// The integers of a file with `perLine` on every line.
  /// - Parameter expected: what a line should hold, for error messages.
  func integers(perLine: Int, expected: String) throws -> [Int] {
    try bytes.withUnsafeBytes { buffer in
      var scanner = LineScanner(bytes: buffer)
      var numbers: [Int] = []
      numbers.reserveCapacity(buffer.count / 3)
      while try scanner.beginsLine(file: name, expected: expected) {
        for place in 0..<perLine {
          if place > 0 { scanner.skipSeparator() }
          guard let number = scanner.integer() else { throw failure(scanner, expected) }
          numbers.append(number)
        }
        guard scanner.endsLine() else { throw failure(scanner, expected) }
      }
      return numbers
    }
  }

  /// The decimal numbers of a file with the same count on every line, and that count.
  /// - Parameter expected: what a line should hold, for error messages.
  func decimals(expected: String) throws -> (values: [Float], perLine: Int) {
    // The zero at the end stops strtod.
    let terminated = [UInt8](bytes) + [0]
    return try terminated.withUnsafeBytes { buffer in
      var scanner = LineScanner(bytes: UnsafeRawBufferPointer(rebasing: buffer.dropLast()))
      var values: [Float] = []
      var perLine = 0
      while try scanner.beginsLine(file: name, expected: expected) {
        let start = values.count
        repeat {
          guard let value = scanner.decimal() else { throw failure(scanner, expected) }
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

/// A place in text that moves from number to number and line to line.
private struct LineScanner {
  let bytes: UnsafeRawBufferPointer
  private var position = 0
  private var lineStart = 0
  /// The number of the line, from 1.
  private(set) var line = 0

  init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The line as it stands in the file.
  var text: String {
    let end = bytes[lineStart...].firstIndex(of: newline) ?? bytes.count
    return String(decoding: bytes[lineStart..<end].prefix(200), as: UTF8.self)
  }

  var isAtLineEnd: Bool {
    position == bytes.count || bytes[position] == newline
  }

  /// Goes to the first number of the next line; false at the end of the file.
  mutating func beginsLine(file: String, expected: String) throws -> Bool {
    line += 1
    lineStart = position
    skipSpaces()
    guard isAtLineEnd else { return true }
    if bytes[position...].contains(where: { !isBlank($0) }) {
      throw DataFileError(file: file, problem: "line \(line): empty, expected \(expected)")
    }
    return false
  }

  /// Goes past the end of the line; false where something else stands there.
  mutating func endsLine() -> Bool {
    skipSpaces()
    guard isAtLineEnd else { return false }
    if position < bytes.count { position += 1 }
    return true
  }

  mutating func skipSeparator() {
    skipSpaces()
    if position < bytes.count && bytes[position] == comma { position += 1 }
    skipSpaces()
  }

  private mutating func skipSpaces() {
    while position < bytes.count && bytes[position] != newline && isBlank(bytes[position]) { position += 1 }
  }

  /// An integer of at most 18 digits; nil where none stands here.
  mutating func integer() -> Int? {
    var isNegative = false
    if position < bytes.count && (bytes[position] == minus || bytes[position] == plus) {
      isNegative = bytes[position] == minus
      position += 1
    }
    let start = position
    var value = 0
    while position < bytes.count, position - start < 18, case let digit = bytes[position] &- zero, digit < 10
    {
      value = value * 10 + Int(digit)
      position += 1
    }
    guard position > start, position == bytes.count || isSeparator(bytes[position]) else { return nil }
    return isNegative ? -value : value
  }

  /// A finite decimal number; nil where none stands here.
  mutating func decimal() -> Float? {
    guard position < bytes.count, !isSeparator(bytes[position]), let base = bytes.baseAddress else {
      return nil
    }
    let start = base.advanced(by: position).assumingMemoryBound(to: CChar.self)
    var end: UnsafeMutablePointer<CChar>?
    let value = Float(strtod(start, &end))
    let length = end.map { UnsafePointer($0) - start } ?? 0
    guard length > 0, position + length <= bytes.count, value.isFinite else { return nil }
    position += length
    return position == bytes.count || isSeparator(bytes[position]) ? value : nil
  }

  private func isSeparator(_ byte: UInt8) -> Bool { byte == comma || isBlank(byte) }
}

private let newline = UInt8(ascii: "\n")
private let comma = UInt8(ascii: ",")
private let minus = UInt8(ascii: "-")
private let plus = UInt8(ascii: "+")
private let zero = UInt8(ascii: "0")

private func isBlank(_ byte: UInt8) -> Bool {
  byte == newline || byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
}
