import Foundation

/// What becomes of text that is normalised.
protocol NormalizedTextSink {
  mutating func putSpace()
  mutating func put(_ scalar: Unicode.Scalar)
}

/// Makes of text what BERT's tokenizer looks for pieces in: control characters out, spaces around ideographs, letters
/// without case and accents where asked for.
///
/// The order is that of the reference: clean, set ideographs apart, take accents off the decomposed text, lower the case
/// of each character by itself. The reference decomposes by the tables of Unicode 9: characters that came later stay as
/// they are, and no mark changes places with one of them, whatever newer tables the system has.
struct TextNormalizer<Sink: NormalizedTextSink> {
  private let rules: WordPieceRules
  var sink: Sink
  /// What must be decomposed as a whole, since marks are put in order across characters.
  private var open = String.UnicodeScalarView()

  init(_ rules: WordPieceRules, into sink: Sink) { (self.rules, self.sink) = (rules, sink) }

  /// Reads a whole text.
  mutating func read(_ text: Substring.UnicodeScalarView) {
    for scalar in text { read(scalar) }
    closeOpen()
  }

  private mutating func read(_ scalar: Unicode.Scalar) {
    switch CharacterKind(scalar) {
    case .removed: return
    case .space:
      closeOpen()
      sink.putSpace()
    case .ideograph where rules.separatesIdeographs:
      closeOpen()
      sink.putSpace()
      readLetter(scalar)
      closeOpen()
      sink.putSpace()
    case .ideograph, .letter, .punctuation: readLetter(scalar)
    }
  }

  private mutating func readLetter(_ scalar: Unicode.Scalar) {
    // Nothing combines with what stands before it across a character of ASCII, or across one that is not known.
    if scalar.isASCII || !rules.stripsAccents || !CharacterKind.isDecomposed(scalar) {
      closeOpen()
      lower(scalar)
    } else {
      open.append(scalar)
    }
  }

  private mutating func closeOpen() {
    if open.isEmpty { return }
    let decomposed = String(open).decomposedStringWithCanonicalMapping.unicodeScalars
    open.removeAll(keepingCapacity: true)
    for scalar in decomposed where !CharacterKind.isAccent(scalar) { lower(scalar) }
  }

  private mutating func lower(_ scalar: Unicode.Scalar) {
    if !rules.lowercases {
      sink.put(scalar)
    } else if scalar.isASCII {
      let isCapital = (0x41...0x5A).contains(scalar.value)
      sink.put(isCapital ? Unicode.Scalar(UInt8(scalar.value + 32)) : scalar)
    } else {
      for lowered in scalar.properties.lowercaseMapping.unicodeScalars { sink.put(lowered) }
    }
  }
}

extension WordPieceRules {
  /// Text as the tokenizer looks for pieces in it.
  func normalized(_ text: Substring) -> String {
    var normalizer = TextNormalizer(self, into: NormalizedText())
    normalizer.read(text.unicodeScalars)
    return String(normalizer.sink.scalars)
  }

  /// The rules for text that is normalised already.
  static let asIs = WordPieceRules(lowercases: false, stripsAccents: false, separatesIdeographs: false)
}

private struct NormalizedText: NormalizedTextSink {
  var scalars = String.UnicodeScalarView()

  mutating func putSpace() { scalars.append(" ") }
  mutating func put(_ scalar: Unicode.Scalar) { scalars.append(scalar) }
}
