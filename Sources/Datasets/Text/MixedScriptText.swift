public import Tensors

/// Text that is hard on a tokenizer: many scripts, accents of all kinds, marks and symbols, control and format characters,
/// words too long, special pieces spelled out, characters that no vocabulary has, among the words of another text.
///
/// The same stream and text give the same words.
public struct MixedScriptText: Sendable {
  private var random: RandomStream
  private let words: [Substring]

  /// Letters of scripts, as ranges of code points.
  private static let scripts: [ClosedRange<UInt32>] = [
    0x00C0...0x024F, 0x0250...0x02AF, 0x0370...0x03FF, 0x0400...0x04FF, 0x0531...0x0586, 0x05D0...0x05EA,
    0x0620...0x064A, 0x0904...0x0939, 0x0985...0x09B9, 0x0A85...0x0AB9, 0x0B85...0x0BB9, 0x0C05...0x0C39,
    0x0E01...0x0E2E, 0x0F40...0x0F6C, 0x1000...0x1021, 0x10A0...0x10FF, 0x1100...0x11FF, 0x1200...0x1248,
    0x13A0...0x13F5, 0x1780...0x17B3, 0x1E00...0x1EFF, 0x1F00...0x1FFC, 0x2C00...0x2C2E, 0x3041...0x3096,
    0x30A0...0x30FF, 0x3105...0x312F, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA640...0xA66D, 0xAC00...0xD7A3,
    0xF900...0xFAD9, 0xFB00...0xFB4F, 0xFB50...0xFBB1, 0xFF21...0xFF9D, 0x10400...0x1044F, 0x1D400...0x1D454,
    0x20000...0x2A6D6, 0x2F800...0x2FA1D,
  ]
  /// Marks, symbols, spaces and what is not seen.
  private static let others: [ClosedRange<UInt32>] = [
    0x0000...0x002F, 0x003A...0x0040, 0x005B...0x0060, 0x007B...0x00BF, 0x0300...0x036F, 0x0483...0x0489,
    0x0591...0x05BD, 0x064B...0x065F, 0x093A...0x094F, 0x0E31...0x0E3A, 0x1734...0x1734, 0x2000...0x206F,
    0x20A0...0x20BF, 0x2190...0x21FF, 0x2200...0x22FF, 0x2E00...0x2E4F, 0x3000...0x3030, 0xE000...0xE00F,
    0xFE00...0xFE0F, 0xFE20...0xFE2F, 0xFE50...0xFE6B, 0xFEFF...0xFEFF, 0xFF01...0xFF20, 0xFFF9...0xFFFD,
    0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0xE0020...0xE007F,
  ]
  private static let spelledOut = [
    "[CLS]", "[SEP]", "[MASK]", "[PAD]", "[UNK]", "[mask]", "[CLS", "##ing", "##", "İstanbul", "ΣΑΣ",
    "ẞtraße", "ﬁne",
    "e\u{301}a\u{308}\u{323}", "a\u{30A}ngstro\u{308}m", "\u{212B}", "👩‍👩‍👧‍👦", "🇩🇪", "1,234.56e-7", "don't",
    "co-operate", "U.S.A.",
    "x²+y²", "½", "①", "Ⅷ", "…", "¿Qué?", "日本語テキスト", "中文字符", "한국어", "हिन्दी", "العربية", "עִבְרִית", "ไทย",
    "\u{200D}\u{200B}\u{AD}",
    "naïve", "coöperate", "Ærøskøbing", "ŁÓDŹ", "Ǆ", "ǅ", "\u{1E9B}\u{323}",
  ]

  /// Text with words of another text, of which the first 200,000 characters are taken.
  ///
  /// - Parameters:
  ///   - text: The other text.
  ///   - stream: Where the words are drawn from.
  public init(mixedInto text: String, random stream: RandomStream) {
    random = stream
    let found = text.prefix(200_000).split(whereSeparator: \.isWhitespace)
    words = found.isEmpty ? ["word"] : found
  }

  /// Sentences of 4 to 30 words.
  public mutating func sentences(_ count: Int) -> [String] {
    (0..<count).map { _ in
      let length = Int.random(in: 4...30, using: &random)
      return (0..<length).map { _ in word() }.joined(separator: separator())
    }
  }

  /// Text of at least some bytes in UTF-8.
  public mutating func text(bytes: Int) -> String {
    var text = ""
    while text.utf8.count < bytes { text += word() + separator() }
    return text
  }

  private mutating func separator() -> String {
    switch Int.random(in: 0..<20, using: &random) {
    case 0: "\n"
    case 1: "\t "
    case 2: "\u{A0}"
    case 3: "\u{3000}"
    case 4: "\r\n"
    case 5: ""
    default: " "
    }
  }

  private mutating func word() -> String {
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<35: String(words[Int.random(in: 0..<words.count, using: &random)])
    case 35..<70: letters(Int.random(in: 1...9, using: &random), of: Self.scripts)
    case 70..<80: letters(Int.random(in: 1...4, using: &random), of: Self.others)
    case 80..<88: mixed()
    case 88..<96: Self.spelledOut[Int.random(in: 0..<Self.spelledOut.count, using: &random)]
    case 96: long(Int.random(in: 95...105, using: &random))
    case 97: letters(Int.random(in: 95...105, using: &random), of: Self.scripts)
    default: anything(Int.random(in: 1...5, using: &random))
    }
  }

  /// Letters of one script.
  private mutating func letters(_ count: Int, of ranges: [ClosedRange<UInt32>]) -> String {
    let range = ranges[Int.random(in: 0..<ranges.count, using: &random)]
    var text = String.UnicodeScalarView()
    for _ in 0..<count {
      if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &random)) { text.append(scalar) }
    }
    return String(text)
  }

  /// A word of the text with something hard in it.
  private mutating func mixed() -> String {
    var scalars = Array(words[Int.random(in: 0..<words.count, using: &random)].unicodeScalars)
    let position = Int.random(in: 0...scalars.count, using: &random)
    scalars.insert(
      contentsOf: letters(Int.random(in: 1...2, using: &random), of: Self.others).unicodeScalars, at: position
    )
    return String(String.UnicodeScalarView(scalars))
  }

  /// Small letters without a break.
  private mutating func long(_ count: Int) -> String {
    String((0..<count).map { _ in "aeiounrstl".randomElement(using: &random) ?? "a" })
  }

  /// Any characters there are, assigned or not.
  private mutating func anything(_ count: Int) -> String {
    var text = String.UnicodeScalarView()
    for _ in 0..<count {
      if let scalar = Unicode.Scalar(UInt32.random(in: 0x80...0x1FFFF, using: &random)) {
        text.append(scalar)
      }
    }
    return String(text)
  }
}
