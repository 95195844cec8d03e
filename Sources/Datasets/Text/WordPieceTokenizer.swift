/// The WordPiece tokenizer of BERT: text into ids of a vocabulary.
///
/// Text is cleaned and cut into words (spaces, punctuation, Chinese characters); a word is cut into the longest pieces
/// from the left, or is unknown as a whole where that fails or it has more than 100 characters. `[CLS]`, `[SEP]`,
/// `[MASK]`, `[PAD]` and `[UNK]` spelled out in text stand for themselves, as in the reference.
///
/// - Source: Wu et al. 2016; Devlin et al. 2019; behaviour as of Hugging Face's `tokenizers`, whose categories of
///   characters are those of Unicode 8.
/// - Cost: one walk over a trie for each word that was not seen before.
public struct WordPieceTokenizer: Sendable {
  /// The pieces.
  public let vocabulary: WordPieceVocabulary
  /// What is done to text first.
  public let rules: WordPieceRules

  /// Words longer than this are unknown.
  static let longestWord = 100

  /// A tokenizer of a vocabulary.
  public init(_ vocabulary: WordPieceVocabulary, rules: WordPieceRules = WordPieceRules()) {
    (self.vocabulary, self.rules) = (vocabulary, rules)
  }

  /// The ids of the pieces of a text, without begin and end.
  public func ids(of text: String) -> [Int] {
    var ids: [Int] = []
    var known: [[UInt8]: [Int]] = [:]
    forEachPart(of: text) { part in
      switch part {
      case .special(let id): ids.append(id)
      case .text(let text):
        WordSplitter.forEachWord(of: text, rules) { word, characters in
          if let found = known[word] {
            ids.append(contentsOf: found)
            return
          }
          let isShort = characters <= Self.longestWord
          let found = (isShort ? vocabulary.ids(ofWord: word) : nil) ?? [vocabulary.unknown]
          known[word] = found
          ids.append(contentsOf: found)
        }
      }
    }
    return ids
  }

  /// The pieces of a text, without begin and end.
  public func pieces(of text: String) -> [String] { ids(of: text).map { vocabulary.pieces[$0] } }

  /// The ids of a text between begin and end, cut so that there are at most `limit` with them.
  public func sequence(of text: String, limit: Int = .max) -> [Int] {
    [vocabulary.begin] + ids(of: text).prefix(max(0, limit - 2)) + [vocabulary.end]
  }

  private enum Part {
    case text(Substring.UnicodeScalarView)
    case special(Int)
  }

  /// Text between special pieces, and these.
  private func forEachPart(of text: String, _ body: (Part) -> Void) {
    let utf8 = text.utf8
    var (start, position) = (utf8.startIndex, utf8.startIndex)
    while let bracket = utf8[position...].firstIndex(of: UInt8(ascii: "[")) {
      position = utf8.index(after: bracket)
      let rest = utf8[bracket...]
      guard let match = vocabulary.special.first(where: { rest.starts(with: $0.piece) }) else { continue }
      if bracket > start { body(.text(text[start..<bracket].unicodeScalars)) }
      body(.special(match.id))
      position = utf8.index(bracket, offsetBy: match.piece.count)
      start = position
    }
    if start < utf8.endIndex { body(.text(text[start...].unicodeScalars)) }
  }
}
