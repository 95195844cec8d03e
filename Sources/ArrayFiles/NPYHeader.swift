import Foundation
import Foundations

/// The header of a .npy array: number format, order of the elements, shape.
///
/// The header text is a Python dictionary; only the three keys and the literals that NumPy writes are
/// understood, everything else is refused.
///
/// - Source: numpy.lib.format, versions 1.0 to 3.0.
struct NPYHeader {
  /// More than any header NumPy itself accepts, so that untrusted lengths stay small.
  static let maximumByteCount = 65_536

  /// Numbers, and how many bytes they take.
  struct Numbers {
    let elementType: ElementType
    let isBigEndian: Bool
    let byteCount: Int
  }

  /// What the elements are.
  enum Content {
    case numbers(Numbers)
    /// Text, objects, records or other numbers: what asking for the array throws.
    case other(FileFormatError)
  }

  let content: Content
  let isFortranOrder: Bool
  let shape: [Int]
  /// Bytes before the elements.
  let headerByteCount: Int

  /// Reads the header at the start of `bytes`, which may be a prefix of the array.
  init(_ bytes: Data, file: String, name: String) throws {
    let field = "array \(quoted(name))"
    func fail(_ part: String, _ expected: String, _ found: String) -> FileFormatError {
      FileFormatError(file: file, field: "\(field), \(part)", expected: expected, found: found)
    }
    let reader = ByteReader(bytes, file: file)
    guard bytes.starts(with: [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]) else {
      throw fail("npy header", "the signature of NumPy arrays", "other bytes")
    }
    let version = try reader.integer16(at: 6, field: "\(field), npy version")
    guard [1, 2, 3].contains(version) else {
      throw fail("npy version", "1.0, 2.0 or 3.0", "\(version & 0xFF).\(version >> 8)")
    }
    let start = version == 1 ? 10 : 12
    let length =
      try version == 1
      ? reader.integer16(at: 8, field: "\(field), npy header length")
      : reader.integer32(at: 8, field: "\(field), npy header length")
    guard length <= Self.maximumByteCount else {
      throw fail("npy header length", "at most \(Self.maximumByteCount)", "\(length)")
    }
    headerByteCount = start + length
    let text = try reader.slice(from: start, count: length, field: "\(field), npy header")
    var literal = NPYLiteral(bytes: [UInt8](text)) { part, expected, found in fail(part, expected, found) }
    let fields = try literal.dictionary()
    isFortranOrder = fields.isFortranOrder
    shape = fields.shape
    do throws(FileFormatError) {
      let (elementType, isBigEndian) = try Self.format(fields.descr, fail)
      guard let count = byteCount(ofShape: shape, elementType: elementType) else {
        throw fail("shape", "a product that fits 63 bits", "\(shape)")
      }
      content = .numbers(Numbers(elementType: elementType, isBigEndian: isBigEndian, byteCount: count))
    } catch {
      content = .other(error)
    }
  }

  /// The number format of a description; nil stands for a list, which describes a record.
  private static func format(
    _ descr: String?, _ fail: (String, String, String) -> FileFormatError
  ) throws(FileFormatError) -> (ElementType, isBigEndian: Bool) {
    guard let descr else { throw fail("descr", "one number format", "a record of several fields") }
    let types: [String: ElementType] = [
      "f8": .f64, "f4": .f32, "f2": .f16, "i8": .i64, "i4": .i32, "i2": .i16, "i1": .i8,
      "u8": .u64, "u4": .u32, "u2": .u16, "u1": .u8, "b1": .bool,
    ]
    if descr.dropFirst().first == "O" || descr == "O" {
      throw fail("descr", "numbers", "Python objects, which are pickles and never loaded")
    }
    guard let order = descr.first, let type = types[String(descr.dropFirst())],
      order == "<" || order == ">" || (order == "|" && type.byteCount == 1)
    else {
      throw fail(
        "descr", "'<' or '>' and one of \(types.keys.sorted().joined(separator: ", "))", quoted(descr))
    }
    return (type, order == ">" && type.byteCount > 1)
  }
}

/// Reads the dictionary of a .npy header from left to right.
private struct NPYLiteral {
  struct Fields {
    var descr: String?
    var isFortranOrder: Bool
    var shape: [Int]
  }

  let bytes: [UInt8]
  let fail: (_ part: String, _ expected: String, _ found: String) -> FileFormatError
  var position = 0

  init(bytes: [UInt8], fail: @escaping (String, String, String) -> FileFormatError) {
    self.bytes = bytes
    self.fail = fail
  }

  mutating func dictionary() throws -> Fields {
    var descr: String??
    var isFortranOrder: Bool?
    var shape: [Int]?
    try expect("{")
    while !take("}") {
      let key = try text()
      try expect(":")
      switch key {
      case "descr" where descr == nil: descr = try self.descr()
      case "fortran_order" where isFortranOrder == nil: isFortranOrder = try boolean()
      case "shape" where shape == nil: shape = try tuple()
      default: throw fail("npy header", "descr, fortran_order and shape, once each", quoted(key))
      }
      if !take(",") {
        try expect("}")
        break
      }
    }
    skipSpace()
    guard position == bytes.count else { throw unexpected("nothing after the dictionary") }
    guard let descr, let isFortranOrder, let shape else {
      throw fail("npy header", "descr, fortran_order and shape", "fewer keys")
    }
    return Fields(descr: descr, isFortranOrder: isFortranOrder, shape: shape)
  }

  /// A text; nil for a list, which is passed over.
  private mutating func descr() throws -> String? {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: "[") else { return try text() }
    var depth = 0
    repeat {
      skipSpace()
      guard position < bytes.count else { throw unexpected("a closing bracket") }
      switch bytes[position] {
      case UInt8(ascii: "'"), UInt8(ascii: "\""):
        try passText()
        continue
      case UInt8(ascii: "["), UInt8(ascii: "("): depth += 1
      case UInt8(ascii: "]"), UInt8(ascii: ")"): depth -= 1
      default: break
      }
      position += 1
    } while depth > 0
    return nil
  }

  /// Passes over a text in quotes whatever it holds, such as the name of a field.
  private mutating func passText() throws {
    let quote = bytes[position]
    position += 1
    while position < bytes.count, bytes[position] != quote {
      position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
    }
    guard position < bytes.count else {
      position = bytes.count
      throw unexpected("a closing quote")
    }
    position += 1
  }

  private mutating func text() throws -> String {
    skipSpace()
    let quote = position < bytes.count ? bytes[position] : 0
    guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw unexpected("a text in quotes")
    }
    position += 1
    let start = position
    while position < bytes.count, bytes[position] != quote {
      let isPlain = (0x20...0x7E).contains(bytes[position]) && bytes[position] != UInt8(ascii: "\\")
      guard isPlain else { throw unexpected("plain ASCII text") }
      position += 1
    }
    guard position < bytes.count else { throw unexpected("a closing quote") }
    defer { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func boolean() throws -> Bool {
    if take("True") { return true }
    if take("False") { return false }
    throw unexpected("True or False")
  }

  private mutating func tuple() throws -> [Int] {
    var sizes: [Int] = []
    try expect("(")
    if take(")") { return [] }
    while true {
      sizes.append(try size())
      if take(",") {
        if take(")") { return sizes }
      } else {
        // Without a comma, (3) is a number in parentheses, not a tuple.
        guard sizes.count > 1 else { throw unexpected("a comma") }
        try expect(")")
        return sizes
      }
    }
  }

  private mutating func size() throws -> Int {
    skipSpace()
    let start = position
    while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
      position += 1
    }
    guard position > start else { throw unexpected("a size of at least 0") }
    let digits = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let size = Int(digits) else {
      throw fail("shape", "sizes that fit 63 bits", oneLine(digits, limit: 40))
    }
    return size
  }

  private mutating func expect(_ symbol: StaticString) throws {
    if !take(symbol) { throw unexpected("'\(symbol)'") }
  }

  private mutating func take(_ symbol: StaticString) -> Bool {
    skipSpace()
    let count = symbol.utf8CodeUnitCount
    guard bytes.count - position >= count else { return false }
    for offset in 0..<count where bytes[position + offset] != symbol.utf8Start[offset] { return false }
    position += count
    return true
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[position]) { position += 1 }
  }

  private func unexpected(_ expected: String) -> FileFormatError {
    let rest = String(decoding: bytes[position...].prefix(24), as: UTF8.self)
    return fail("npy header, byte \(position)", expected, rest.isEmpty ? "the end" : quoted(rest))
  }
}
