public import Foundation
import Tensors

/// The word pieces of a published model: `vocab.txt`, one per line, whose number from 0 is the piece's id.
///
/// Pieces that go on a word start with `##`. Pieces are compared byte by byte.
public struct WordPieceVocabulary: Sendable {
  /// The pieces that stand for no text.
  public struct SpecialPieces: Sendable, Equatable {
    /// Unknown word, begin, end, padding, a word left out.
    public var unknown = "[UNK]", begin = "[CLS]", end = "[SEP]", padding = "[PAD]", mask = "[MASK]"

    /// Those of BERT.
    public init() {}
  }

  /// The pieces in the order of their ids, and then added tokens; empty where an id has none.
  public let pieces: [String]
  /// The ids of the pieces that stand for no text: unknown word, begin, end, padding.
  public let unknown: Int, begin: Int, end: Int, padding: Int
  /// The tokens that text may spell out, the special pieces among them.
  public let added: [AddedToken]
  /// Words of more characters than this are unknown.
  public let longestWord: Int

  private let starts: PieceTrie, continuations: PieceTrie

  /// A vocabulary from its pieces and the tokens added to it; `origin` is named in errors.
  ///
  /// - Throws: ``DataFileError`` where a special piece but the mask is missing, or an added token has the id of another
  ///   piece.
  public init(
    pieces: [String], special: SpecialPieces = SpecialPieces(), added: [AddedToken] = [],
    longestWord: Int = 100,
    origin: String = "vocabulary"
  ) throws {
    // Canonically equal strings are equal to Swift: only bytes tell pieces apart.
    var (starts, continuations) = (PieceTrie(), PieceTrie())
    for (id, piece) in pieces.enumerated() {
      let bytes = Array(piece.utf8)
      if bytes.isEmpty { continue }
      if bytes.count > 2 && bytes[0] == Self.hash && bytes[1] == Self.hash {
        continuations.insert(bytes[2...], id)
      } else {
        starts.insert(bytes[...], id)
      }
    }
    (self.starts, self.continuations, self.longestWord) = (starts, continuations, longestWord)
    self.pieces = try Self.pieces(pieces, with: added, origin)
    func found(_ piece: String) -> Int? {
      added.first { $0.content.utf8.elementsEqual(piece.utf8) }?.id ?? starts.id(of: Array(piece.utf8)[...])
    }
    func id(_ piece: String) throws -> Int {
      guard let id = found(piece) else {
        throw DataFileError(file: origin, problem: "no piece \(piece) among \(pieces.count), expected one")
      }
      return id
    }
    (unknown, begin) = (try id(special.unknown), try id(special.begin))
    (end, padding) = (try id(special.end), try id(special.padding))
    let names = [special.unknown, special.end, special.padding, special.begin, special.mask]
    self.added =
      added
      + names.compactMap { piece in
        if added.contains(where: { $0.content.utf8.elementsEqual(piece.utf8) }) { return nil }
        return found(piece).map { AddedToken(id: $0, content: piece) }
      }
  }

  /// The pieces, followed by the added tokens at their ids.
  private static func pieces(_ pieces: [String], with added: [AddedToken], _ origin: String) throws
    -> [String]
  {
    var all = pieces
    let last = added.map(\.id).max() ?? -1
    // An id far outside would be a mistake, not a table of as many pieces.
    guard last < 1 << 24 else {
      throw DataFileError(file: origin, problem: "an added token of id \(last), expected at most \(1 << 24)")
    }
    if last >= all.count { all += [String](repeating: "", count: last + 1 - all.count) }
    for token in added {
      guard token.id >= 0, all[token.id].isEmpty || all[token.id].utf8.elementsEqual(token.content.utf8)
      else {
        throw DataFileError(
          file: origin,
          problem: "added token \(token.content) has id \(token.id), expected one of its own"
            + (token.id >= 0 ? ", found piece \(all[token.id])" : ""))
      }
      all[token.id] = token.content
    }
    return all
  }

  /// Reads a vocabulary file; white space at the end of a line is no part of the piece, as in the reference.
  ///
  /// - Throws: ``DataFileError`` for a file that is missing, is not UTF-8, or lacks a special piece.
  public init(contentsOf url: URL) throws {
    try self.init(pieces: Self.pieces(in: url), origin: url.path)
  }

  /// The pieces of a vocabulary file.
  static func pieces(in url: URL) throws -> [String] {
    try TextFile.lines(url, expected: "word pieces, one a line").map { withoutSpaceBehind($0) }
  }

  /// A piece without white space at its end.
  static func withoutSpaceBehind(_ piece: Substring) -> String {
    var scalars = piece.unicodeScalars
    while scalars.last?.properties.isWhitespace == true { scalars.removeLast() }
    return String(scalars)
  }

  /// The number of pieces.
  public var count: Int { pieces.count }

  private static let hash = UInt8(ascii: "#")

  /// The ids of a word: from the left, the longest piece that fits each time; nil where none fits.
  func ids(ofWord word: [UInt8]) -> [Int]? {
    var (found, position) = ([Int](), 0)
    while position < word.count {
      let trie = position == 0 ? starts : continuations
      guard let match = trie.longest(word[position...]) else { return nil }
      found.append(match.id)
      position += match.length
    }
    return found
  }
}

/// The rules by which a WordPiece tokenizer normalises text before it looks for pieces.
public struct WordPieceRules: Sendable, Equatable {
  /// Whether capitals become small letters.
  public var lowercases: Bool
  /// Whether letters lose accents and other marks without width.
  public var stripsAccents: Bool
  /// Whether every Chinese character is a word of its own.
  public var separatesIdeographs: Bool

  /// Rules by name; accents go with capitals unless told otherwise, as in the published models.
  public init(lowercases: Bool = true, stripsAccents: Bool? = nil, separatesIdeographs: Bool = true) {
    self.lowercases = lowercases
    self.stripsAccents = stripsAccents ?? lowercases
    self.separatesIdeographs = separatesIdeographs
  }
}
