import Foundation

/// A scanner of text that advances from number to number and line to line.
///
/// A line ends in a line feed, in carriage returns before one, or in a carriage return alone.
struct LineScanner {
  let bytes: UnsafeRawBufferPointer
  private var position = 0
  private var lineStart = 0
  /// The number of the line, from 1.
  private(set) var line = 0

  init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The line as it stands in the file.
  var text: String {
    let end = bytes[lineStart...].firstIndex(where: isLineEnd) ?? bytes.count
    return String(decoding: bytes[lineStart..<end].prefix(200), as: UTF8.self)
  }

  var isAtLineEnd: Bool {
    position == bytes.count || isLineEnd(bytes[position])
  }

  /// Goes to the first number of the next line; false at the end of the file.
  mutating func beginsLine(file: String, expected: String) throws -> Bool {
    line += 1
    lineStart = position
    skipSpaces()
    guard isAtLineEnd else { return true }
    if bytes[position...].contains(where: { !isSpace($0) && !isLineEnd($0) }) {
      throw DataFileError(file: file, problem: "line \(line): empty, expected \(expected)")
    }
    return false
  }

  /// Goes past the end of the line; false where something else stands there.
  mutating func endsLine() -> Bool {
    skipSpaces()
    guard isAtLineEnd else { return false }
    var next = position
    while next < bytes.count && bytes[next] == carriageReturn { next += 1 }
    if next < bytes.count && bytes[next] == newline {
      position = next + 1
    } else {
      position = min(position + 1, bytes.count)
    }
    return true
  }

  mutating func skipSeparator() {
    skipSpaces()
    if position < bytes.count && bytes[position] == comma { position += 1 }
    skipSpaces()
  }

  private mutating func skipSpaces() {
    while position < bytes.count && isSpace(bytes[position]) { position += 1 }
  }

  /// A whole number of at most 18 digits, or a decimal one like 2.0 that is whole and below 2^53; nil where none
  /// stands here, and then the scanner does not advance.
  mutating func integer() -> Int? {
    let start = position
    var isNegative = false
    if position < bytes.count && (bytes[position] == minus || bytes[position] == plus) {
      isNegative = bytes[position] == minus
      position += 1
    }
    let digits = position
    var value = 0
    while position < bytes.count, position - digits < 18, case let digit = bytes[position] &- zero, digit < 10
    {
      value = value * 10 + Int(digit)
      position += 1
    }
    if position > digits, position == bytes.count || isSeparator(bytes[position]) {
      return isNegative ? -value : value
    }
    position = start
    guard let decimal = decimal(), decimal == decimal.rounded(), abs(decimal) < 0x1p53,
      bytes[start..<position].contains(where: { $0 == point || $0 == smallExponent || $0 == largeExponent })
    else {
      position = start
      return nil
    }
    return Int(decimal)
  }

  /// A finite decimal number; nil where none stands here, and then the scanner does not advance.
  mutating func decimal() -> Double? {
    var end = position
    while end < bytes.count && isDecimal(bytes[end]) { end += 1 }
    guard end > position, end - position < 100, end == bytes.count || isSeparator(bytes[end]) else {
      return nil
    }
    let value = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 100) { text -> Double? in
      for index in position..<end { text[index - position] = CChar(bitPattern: bytes[index]) }
      text[end - position] = 0
      guard let start = text.baseAddress else { return nil }
      var stopped: UnsafeMutablePointer<CChar>?
      let value = strtod(start, &stopped)
      return stopped == start + (end - position) && value.isFinite ? value : nil
    }
    if value != nil { position = end }
    return value
  }
}

private let newline = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")
private let comma = UInt8(ascii: ",")
private let minus = UInt8(ascii: "-")
private let plus = UInt8(ascii: "+")
private let zero = UInt8(ascii: "0")
private let point = UInt8(ascii: ".")
private let smallExponent = UInt8(ascii: "e")
private let largeExponent = UInt8(ascii: "E")

private func isLineEnd(_ byte: UInt8) -> Bool { byte == newline || byte == carriageReturn }

private func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

private func isSeparator(_ byte: UInt8) -> Bool { byte == comma || isSpace(byte) || isLineEnd(byte) }

private func isDecimal(_ byte: UInt8) -> Bool {
  byte &- zero < 10 || byte == minus || byte == plus || byte == point || byte == smallExponent
    || byte == largeExponent
}
