import Foundation

/// Cuts text into words as BERT's tokenizer does: control characters out, words end at spaces, ideographs and marks of
/// punctuation are words of their own; letters lose case and accents where asked for.
///
/// The order is that of the reference: clean, set ideographs apart, take accents off the decomposed text, lower the case
/// of each character by itself, then split.
struct WordSplitter {
  private let rules: WordPieceRules
  /// Takes each word's UTF-8 and its number of characters.
  private let body: ([UInt8], Int) -> Void
  private var word: [UInt8] = []
  private var characterCount = 0
  /// What must be decomposed as a whole, since marks are put in order across characters.
  private var open = String.UnicodeScalarView()

  private init(_ rules: WordPieceRules, _ body: @escaping ([UInt8], Int) -> Void) {
    (self.rules, self.body) = (rules, body)
  }

  /// Calls `body` with the UTF-8 of each word, in order, and its number of characters.
  static func forEachWord(
    of text: Substring.UnicodeScalarView, _ rules: WordPieceRules, _ body: ([UInt8], Int) -> Void
  ) {
    withoutActuallyEscaping(body) { body in
      var splitter = WordSplitter(rules, body)
      for scalar in text { splitter.read(scalar) }
      splitter.endWord()
    }
  }

  private mutating func read(_ scalar: Unicode.Scalar) {
    switch CharacterKind(scalar) {
    case .removed: return
    case .space: endWord()
    case .ideograph where rules.setsIdeographsApart:
      endWord()
      readLetter(scalar)
      endWord()
    case .ideograph, .letter, .punctuation: readLetter(scalar)
    }
  }

  private mutating func readLetter(_ scalar: Unicode.Scalar) {
    // Nothing combines with what stands before it across a character of ASCII.
    if scalar.isASCII || !rules.takesAccentsOff {
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
    if !rules.lowersCase {
      put(scalar)
    } else if scalar.isASCII {
      let isCapital = (0x41...0x5A).contains(scalar.value)
      put(isCapital ? Unicode.Scalar(UInt8(scalar.value + 32)) : scalar)
    } else {
      for lowered in scalar.properties.lowercaseMapping.unicodeScalars { put(lowered) }
    }
  }

  private mutating func put(_ scalar: Unicode.Scalar) {
    if CharacterKind(scalar) == .punctuation {
      finish()
      append(scalar)
      finish()
    } else {
      append(scalar)
    }
  }

  private mutating func append(_ scalar: Unicode.Scalar) {
    word.append(contentsOf: String(scalar).utf8)
    characterCount += 1
  }

  private mutating func endWord() {
    closeOpen()
    finish()
  }

  private mutating func finish() {
    if !word.isEmpty { body(word, characterCount) }
    word.removeAll(keepingCapacity: true)
    characterCount = 0
  }
}
