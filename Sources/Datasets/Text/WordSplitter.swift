/// Cuts normalised text into words as BERT's tokenizer does: words end at spaces, marks of punctuation are words of their
/// own.
struct WordSplitter: NormalizedTextSink {
  /// Takes each word's UTF-8 and its number of characters.
  private let body: ([UInt8], Int) -> Void
  private var word: [UInt8] = []
  private var characterCount = 0

  private init(_ body: @escaping ([UInt8], Int) -> Void) { self.body = body }

  /// Normalises a text, and calls `body` with the UTF-8 of each word, in order, and its number of characters.
  static func forEachWord(
    of text: Substring.UnicodeScalarView, _ rules: WordPieceRules, _ body: ([UInt8], Int) -> Void
  ) {
    withoutActuallyEscaping(body) { body in
      var normalizer = TextNormalizer(rules, into: WordSplitter(body))
      normalizer.read(text)
      normalizer.sink.putSpace()
    }
  }

  mutating func put(_ scalar: Unicode.Scalar) {
    if CharacterKind(scalar) == .punctuation {
      putSpace()
      append(scalar)
      putSpace()
    } else {
      append(scalar)
    }
  }

  mutating func putSpace() {
    if !word.isEmpty { body(word, characterCount) }
    word.removeAll(keepingCapacity: true)
    characterCount = 0
  }

  private mutating func append(_ scalar: Unicode.Scalar) {
    word.append(contentsOf: String(scalar).utf8)
    characterCount += 1
  }
}
