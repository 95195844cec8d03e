/// Splits CSV text into records, keeping the line each began on; a byte-order mark is passed over.
struct CSVParser {
  struct Record {
    let line: Int
    let fields: [String]
  }

  private let bytes: [UInt8]
  private let origin: String
  private var position = 0
  private var line = 1

  private static let quote = UInt8(ascii: "\"")
  private static let comma = UInt8(ascii: ",")
  private static let newline = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  init(_ text: String, origin: String) {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    bytes = Array(text.utf8.starts(with: mark) ? text.utf8.dropFirst(mark.count) : text.utf8[...])
    self.origin = origin
  }

  mutating func records() throws -> [Record] {
    var records: [Record] = []
    while position < bytes.count {
      if skipLineBreak() { continue }
      records.append(try record())
    }
    return records
  }

  private mutating func record() throws -> Record {
    let start = line
    var fields = [try field()]
    while position < bytes.count, !skipLineBreak() {
      guard bytes[position] == Self.comma else {
        throw ReportingError("\(origin), line \(line): expected a comma after a closing quote")
      }
      position += 1
      fields.append(try field())
    }
    return Record(line: start, fields: fields)
  }

  private mutating func field() throws -> String {
    if position < bytes.count, bytes[position] == Self.quote { return try quotedField() }
    let start = position
    while position < bytes.count, bytes[position] != Self.comma, !isLineBreak(at: position) {
      guard bytes[position] != Self.quote else {
        throw ReportingError("\(origin), line \(line): a quote inside a field that does not begin with one")
      }
      position += 1
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func quotedField() throws -> String {
    let start = line
    var content: [UInt8] = []
    position += 1
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == Self.quote {
        guard position < bytes.count, bytes[position] == Self.quote else {
          return String(decoding: content, as: UTF8.self)
        }
        position += 1
      } else if byte == Self.newline {
        line += 1
      }
      content.append(byte)
    }
    throw ReportingError("\(origin), line \(start): a quote is opened and never closed")
  }

  private func isLineBreak(at index: Int) -> Bool {
    if bytes[index] == Self.newline { return true }
    return bytes[index] == Self.carriageReturn && index + 1 < bytes.count && bytes[index + 1] == Self.newline
  }

  private mutating func skipLineBreak() -> Bool {
    guard isLineBreak(at: position) else { return false }
    position += bytes[position] == Self.newline ? 1 : 2
    line += 1
    return true
  }
}
