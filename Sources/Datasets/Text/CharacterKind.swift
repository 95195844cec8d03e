/// What a character is to the tokenizer of BERT.
///
/// The reference implementation (Hugging Face's `tokenizers`) has the general categories of Unicode 8: characters that
/// came later are letters to it, and a few have changed their category since.
enum CharacterKind {
  /// Taken out before anything else: control, format and private characters, U+0000 and U+FFFD.
  case removed
  /// Ends a word.
  case space
  /// A word of its own.
  case punctuation
  /// An ideograph, which is a word of its own where ideographs are told apart.
  case ideograph
  /// Any other character.
  case letter

  init(_ scalar: Unicode.Scalar) {
    if scalar.isASCII {
      self = Self.ascii(scalar.value)
    } else if scalar.value == 0xFFFD || Self.isRemoved(scalar) {
      self = .removed
    } else if scalar.properties.isWhitespace {
      self = .space
    } else if Self.isIdeograph(scalar.value) {
      self = .ideograph
    } else {
      self = Self.isPunctuation(scalar) ? .punctuation : .letter
    }
  }

  private static func ascii(_ value: UInt32) -> CharacterKind {
    switch value {
    case 0x09, 0x0A, 0x0D, 0x20: .space
    case 0..<0x20, 0x7F: .removed
    // All that are no letters and no digits, also those that Unicode calls symbols.
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: .punctuation
    default: .letter
    }
  }

  private static func isRemoved(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .privateUse: true
    case .format: isKnown(scalar)
    default: false
    }
  }

  private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    // A full stop of Canadian syllabics and a mark of Sharada, which are no punctuation any more.
    if scalar.value == 0x166D || scalar.value == 0x111C9 { return true }
    switch scalar.properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation:
      return isKnown(scalar)
    default: return false
    }
  }

  /// Whether a character is an accent or another mark without width.
  static func isAccent(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x300: false
    case 0x1734, 0x1171E: true
    case 0x1885, 0x1886, 0xA9BD, 0x111C9: false
    default: scalar.properties.generalCategory == .nonspacingMark && isKnown(scalar)
    }
  }

  /// Whether Unicode 8 has the character.
  private static func isKnown(_ scalar: Unicode.Scalar) -> Bool { isOlder(scalar, than: 9) }

  /// Whether the tables of the reference, those of Unicode 9, say how the character is decomposed and put in order.
  static func isDecomposed(_ scalar: Unicode.Scalar) -> Bool {
    // The first character that came later is U+0560.
    scalar.value < 0x560 || isOlder(scalar, than: 10)
  }

  private static func isOlder(_ scalar: Unicode.Scalar, than version: Int) -> Bool {
    guard let age = scalar.properties.age else { return false }
    return age.major < version
  }

  /// The blocks of the reference implementation: the last but one begins later than the block of extension E.
  private static func isIdeograph(_ value: UInt32) -> Bool {
    switch value {
    case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x2A6DF, 0x2A700...0x2B81F,
      0x2B920...0x2CEAF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }
}
