import Foundations

/// What counts as one character of a text.
public enum CharacterUnit: String, Sendable, CaseIterable, Codable {
  /// A Unicode scalar.
  case scalars
  /// A byte of UTF-8.
  case bytes
}

/// The characters of a text as symbols 0, 1, …, in ascending order of their values.
public struct CharacterVocabulary: Sendable, Equatable {
  /// What a character is.
  public let unit: CharacterUnit
  /// The value of each symbol's character, ascending: of a scalar or of a byte.
  public let values: [UInt32]

  /// The vocabulary of some characters, which may repeat.
  init(_ values: some Sequence<UInt32>, unit: CharacterUnit) {
    self.unit = unit
    self.values = Set(values).sorted()
  }

  /// The number of symbols.
  public var count: Int { values.count }

  /// The symbols of a text.
  ///
  /// - Throws: ``UnknownCharacter`` for a character that is not in the vocabulary.
  public func symbols(of text: String) throws -> [Int] {
    try Self.values(of: text, unit).enumerated().map { position, value in
      guard let symbol = symbol(of: value) else {
        throw UnknownCharacter(value: value, position: position, unit: unit)
      }
      return symbol
    }
  }

  /// The text of some symbols; bytes that are no UTF-8 become replacement characters.
  public func text(of symbols: some Sequence<Int>) -> String {
    let found = symbols.map { symbol in
      require(values.indices.contains(symbol), "symbol \(symbol) of a vocabulary of \(count)")
      return values[symbol]
    }
    switch unit {
    case .scalars: return String(String.UnicodeScalarView(found.compactMap(Unicode.Scalar.init)))
    case .bytes: return String(decoding: found.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
    }
  }

  /// A symbol as it may stand in a table: a line feed as ⏎, a space as ␣, what cannot be seen by itself by its number.
  public func label(of symbol: Int) -> String {
    let value = values[symbol]
    switch value {
    case 0x0A: return "⏎"
    case 0x20: return "␣"
    default:
      guard let scalar = Unicode.Scalar(value), unit == .scalars || value < 0x80, Self.isVisible(scalar)
      else { return "<" + String(value, radix: 16, uppercase: true) + ">" }
      return String(Character(scalar))
    }
  }

  private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .spaceSeparator, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned,
      .nonspacingMark, .enclosingMark, .spacingMark:
      false
    default: true
    }
  }

  /// The number of bytes of UTF-8 that some symbols take.
  public func byteCount(of symbols: some Sequence<Int>) -> Int {
    unit == .bytes
      ? symbols.reduce(0) { count, _ in count + 1 }
      : symbols.reduce(0) { $0 + (Unicode.Scalar(values[$1]).map { UTF8.width($0) } ?? 0) }
  }

  static func values(of text: String, _ unit: CharacterUnit) -> [UInt32] {
    switch unit {
    case .scalars: text.unicodeScalars.map(\.value)
    case .bytes: text.utf8.map(UInt32.init)
    }
  }

  func symbol(of value: UInt32) -> Int? {
    var (low, high) = (0, values.count)
    while low < high {
      let middle = (low + high) / 2
      if values[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low < values.count && values[low] == value ? low : nil
  }
}

extension CharacterVocabulary: Codable {
  private enum CodingKeys: String, CodingKey { case unit, values }

  /// Reads what was encoded.
  ///
  /// - Throws: `DecodingError` for values that do not ascend, or of which one is no character.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let unit = try fields.decode(CharacterUnit.self, forKey: .unit)
    let values = try fields.decode([UInt32].self, forKey: .values)
    let areCharacters = values.allSatisfy { unit == .bytes ? $0 < 256 : Unicode.Scalar($0) != nil }
    guard areCharacters, zip(values, values.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw DecodingError.dataCorruptedError(
        forKey: .values, in: fields, debugDescription: "expected the values of \(unit), ascending")
    }
    (self.unit, self.values) = (unit, values)
  }
}

/// A character that a vocabulary does not hold.
public struct UnknownCharacter: Error, Equatable, CustomStringConvertible {
  /// The value of the scalar or byte.
  public let value: UInt32
  /// Its position in the text, from 0.
  public let position: Int
  /// What a character is.
  public let unit: CharacterUnit

  /// One line: which character, and where.
  public var description: String {
    let digits = String(value, radix: 16, uppercase: true)
    var name = "byte \(digits)"
    if unit == .scalars, let scalar = Unicode.Scalar(value) {
      let zeros = String(repeating: "0", count: max(0, 4 - digits.count))
      name = "character \(quoted(String(scalar))) (U+\(zeros)\(digits))"
    }
    return "\(name) at position \(position): expected a character of the text that was learned from"
  }
}
