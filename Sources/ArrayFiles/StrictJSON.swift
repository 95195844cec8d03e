package import Foundation
import Foundations

/// A JSON value read strictly: keys kept in order, told apart by their bytes and checked to be unique, integers exact.
///
/// Foundation's parser hides repeated keys, blurs 1, 1.0 and true, and takes canonically equal keys for one, all of
/// which headers and vocabularies must tell apart, so the few rules of RFC 8259 stand here.
package enum StrictJSON: Sendable {
  case object([(key: String, value: StrictJSON)])
  case array([StrictJSON])
  case string(String)
  case integer(Int)
  /// A number with a fraction, an exponent, beyond `Int`, or -0, as it was written.
  case otherNumber(String)
  case boolean(Bool)
  case null

  /// What the value is, for an error message.
  package var summary: String {
    switch self {
    case .object: "an object"
    case .array(let items): "an array of \(items.count)"
    case .string(let text): quoted(text)
    case .integer(let value): "\(value)"
    case .otherNumber(let text): oneLine(text, limit: 40)
    case .boolean(let value): "\(value)"
    case .null: "null"
    }
  }

  /// The only value in `bytes`, white space around it allowed; `field` is what errors call the text.
  ///
  /// - Throws: ``FileFormatError`` naming the byte where the text stops being JSON.
  package static func parse(
    _ bytes: Data, file: String, field: String = "header JSON"
  ) throws -> StrictJSON {
    var scanner = StrictJSONScanner(bytes: [UInt8](bytes), file: file, field: field)
    let value = try scanner.value(depth: 0)
    try scanner.expectEnd()
    return value
  }

  /// The text as a JSON string, quotes included; everything but the mandatory escapes stays UTF-8.
  static func encoded(_ text: String) -> String {
    var json = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": json += "\\\""
      case "\\": json += "\\\\"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: json.unicodeScalars.append(scalar)
      }
    }
    return json + "\""
  }
}

/// Reads JSON from left to right; every method leaves `position` after what it read.
private struct StrictJSONScanner {
  // Headers nest three deep, tokenizers six; the limit keeps hostile files from exhausting the stack.
  private static let maximumDepth = 32
  private static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")

  let bytes: [UInt8]
  let file: String
  let field: String
  var position = 0

  init(bytes: [UInt8], file: String, field: String) {
    self.bytes = bytes
    (self.file, self.field) = (file, field)
  }

  mutating func value(depth: Int) throws -> StrictJSON {
    guard depth < Self.maximumDepth else {
      throw failure(expected: "at most \(Self.maximumDepth) nested values", found: "more")
    }
    skipSpace()
    switch peek {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t") where take("true"): return .boolean(true)
    case UInt8(ascii: "f") where take("false"): return .boolean(false)
    case UInt8(ascii: "n") where take("null"): return .null
    case let byte? where byte == UInt8(ascii: "-") || Self.digits.contains(byte): return try number()
    default: throw failure(expected: "a JSON value")
    }
  }

  mutating func expectEnd() throws {
    skipSpace()
    if position < bytes.count { throw failure(expected: "nothing after the JSON value") }
  }

  private mutating func object(depth: Int) throws -> StrictJSON {
    var members: [(key: String, value: StrictJSON)] = []
    var seen = Set<[UInt8]>()
    position += 1
    skipSpace()
    if take("}") { return .object([]) }
    repeat {
      skipSpace()
      let keyPosition = position
      guard peek == UInt8(ascii: "\"") else { throw failure(expected: "a key in quotes") }
      let key = try string()
      guard seen.insert(Array(key.utf8)).inserted else {
        position = keyPosition
        throw failure(expected: "every key once", found: "\(quoted(key)) again")
      }
      skipSpace()
      guard take(":") else { throw failure(expected: "a colon after key \(quoted(key))") }
      members.append((key, try value(depth: depth + 1)))
      skipSpace()
    } while take(",")
    guard take("}") else { throw failure(expected: "a comma or a closing brace") }
    return .object(members)
  }

  private mutating func array(depth: Int) throws -> StrictJSON {
    var items: [StrictJSON] = []
    position += 1
    skipSpace()
    if take("]") { return .array([]) }
    repeat {
      items.append(try value(depth: depth + 1))
      skipSpace()
    } while take(",")
    guard take("]") else { throw failure(expected: "a comma or a closing bracket") }
    return .array(items)
  }

  private mutating func number() throws -> StrictJSON {
    let start = position
    var isInteger = true
    _ = take("-")
    if !take("0"), skipDigits() == 0 { throw failure(expected: "a digit") }
    if take(".") {
      isInteger = false
      if skipDigits() == 0 { throw failure(expected: "a digit") }
    }
    if take("e") || take("E") {
      isInteger = false
      if !take("-") { _ = take("+") }
      if skipDigits() == 0 { throw failure(expected: "a digit") }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, text != "-0", let value = Int(text) { return .integer(value) }
    return .otherNumber(text)
  }

  private mutating func string() throws -> String {
    let start = position
    var text: [UInt8] = []
    position += 1
    while let byte = peek, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw failure(expected: "no control character inside a string") }
      position += 1
      if byte == UInt8(ascii: "\\") {
        text.append(contentsOf: UTF8.encode(try escaped())!)
      } else {
        text.append(byte)
      }
    }
    guard take("\"") else { throw failure(expected: "a closing quote") }
    guard let valid = String(validating: text, as: UTF8.self) else {
      position = start
      throw failure(expected: "valid UTF-8 inside a string", found: "other bytes")
    }
    return valid
  }

  private mutating func escaped() throws -> Unicode.Scalar {
    guard let byte = peek else { throw failure(expected: "an escape") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let first = try fourHexDigits()
      if let scalar = Unicode.Scalar(first) { return scalar }
      // A high surrogate must be followed by the escape of a low one.
      if first < 0xDC00, take("\\u") {
        let second = try fourHexDigits()
        if (0xDC00...0xDFFF).contains(second),
          let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        {
          return scalar
        }
      }
      throw failure(expected: "a pair of surrogates", found: "half of one")
    default:
      position -= 1
      throw failure(expected: "an escape")
    }
  }

  private mutating func fourHexDigits() throws -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        throw failure(expected: "four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard bytes.count - position >= count else { return false }
    for offset in 0..<count where bytes[position + offset] != text.utf8Start[offset] { return false }
    position += count
    return true
  }

  private mutating func skipDigits() -> Int {
    let start = position
    while let byte = peek, Self.digits.contains(byte) { position += 1 }
    return position - start
  }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private func failure(expected: String, found: String? = nil) -> FileFormatError {
    let here = peek.map { byte in
      (0x21...0x7E).contains(byte)
        ? "'\(Character(Unicode.Scalar(byte)))'" : "byte 0x\(String(byte, radix: 16))"
    }
    return FileFormatError(
      file: file, field: "\(field), byte \(position)", expected: expected,
      found: found ?? here ?? "the end")
  }
}
