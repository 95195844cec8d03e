/// The WordPiece tokenizer of BERT: text into ids of a vocabulary.
///
/// Text is cleaned and cut into words (spaces, punctuation, Chinese characters); a word is cut into the longest pieces
/// from the left, or is unknown as a whole where that fails or it has more than 100 characters. Added tokens, among them
/// `[CLS]`, `[SEP]`, `[MASK]`, `[PAD]` and `[UNK]`, stand for themselves where text spells them out, as in the reference.
///
/// - Source: Wu et al. 2016; Devlin et al. 2019; behaviour as of Hugging Face's `tokenizers`, whose categories of
///   characters are those of Unicode 8 and whose decompositions those of Unicode 9.
/// - Cost: one walk over a trie for each word that was not seen before.
public struct WordPieceTokenizer: Sendable {
  /// The pieces.
  public let vocabulary: WordPieceVocabulary
  /// The rules by which text is normalised first.
  public let rules: WordPieceRules
  /// The most tokens of a sequence, begin and end included.
  public let sequenceLimit: Int
  /// Whether text becomes small letters before added tokens are looked for, whatever the rules say.
  public let lowercasesText: Bool

  /// Tokens looked for in text as it is, and then in what the rules make of it.
  private let plain: AddedTokenSearch, normalized: AddedTokenSearch

  /// A tokenizer of a vocabulary.
  public init(
    _ vocabulary: WordPieceVocabulary, rules: WordPieceRules = WordPieceRules(), sequenceLimit: Int = .max,
    lowercasesText: Bool = false
  ) {
    (self.vocabulary, self.rules) = (vocabulary, rules)
    (self.sequenceLimit, self.lowercasesText) = (sequenceLimit, lowercasesText)
    plain = AddedTokenSearch(vocabulary.added.filter { !$0.isNormalized })
    normalized = AddedTokenSearch(vocabulary.added.filter(\.isNormalized)) { rules.normalized(Substring($0)) }
  }

  /// The ids of the pieces of a text, without begin and end.
  public func ids(of text: String) -> [Int] {
    var ids: [Int] = []
    var known: [[UInt8]: [Int]] = [:]
    func addWords(_ text: Substring, _ rules: WordPieceRules) {
      WordSplitter.forEachWord(of: text.unicodeScalars, rules) { word, characters in
        if let found = known[word] {
          ids.append(contentsOf: found)
          return
        }
        let isShort = characters <= vocabulary.longestWord
        let found = (isShort ? vocabulary.ids(ofWord: word) : nil) ?? [vocabulary.unknown]
        known[word] = found
        ids.append(contentsOf: found)
      }
    }
    plain.forEachPart(of: Substring(lowercasesText ? Self.lowered(text) : text)) { part in
      switch part {
      case .token(let id): ids.append(id)
      case .text(let text) where normalized.isEmpty: addWords(text, rules)
      case .text(let text):
        normalized.forEachPart(of: Substring(rules.normalized(text))) { part in
          switch part {
          case .token(let id): ids.append(id)
          case .text(let text): addWords(text, .asIs)
          }
        }
      }
    }
    return ids
  }

  /// The pieces of a text, without begin and end.
  public func pieces(of text: String) -> [String] { ids(of: text).map { vocabulary.pieces[$0] } }

  /// The ids of a text between begin and end, cut so that there are at most `limit` with them, and at most
  /// ``sequenceLimit``.
  public func sequence(of text: String, limit: Int = .max) -> [Int] {
    let count = max(0, min(limit, sequenceLimit) - 2)
    return [vocabulary.begin] + ids(of: text).prefix(count) + [vocabulary.end]
  }

  /// A text in small letters as Python's `lower` makes them: a sigma at the end of a word is a final one.
  private static func lowered(_ text: String) -> String {
    let scalars = text.unicodeScalars
    var lowered = String.UnicodeScalarView()
    var isAfterCased = false
    for index in scalars.indices {
      let properties = scalars[index].properties
      if scalars[index].value == 0x3A3 {
        let next = scalars[scalars.index(after: index)...].first { !$0.properties.isCaseIgnorable }
        let isFinal = isAfterCased && next?.properties.isCased != true
        let sigma: Unicode.Scalar = isFinal ? "\u{3C2}" : "\u{3C3}"
        lowered.append(sigma)
      } else {
        lowered.append(contentsOf: properties.lowercaseMapping.unicodeScalars)
      }
      if !properties.isCaseIgnorable { isAfterCased = properties.isCased }
    }
    return String(lowered)
  }
}
