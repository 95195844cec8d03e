public import Foundation
import Tensors

/// The word pieces of a published model: `vocab.txt`, one a line, whose number from 0 is the piece's id.
///
/// Pieces that go on a word start with `##`. Pieces are compared byte by byte.
public struct WordPieceVocabulary: Sendable {
  /// The pieces in the order of their ids.
  public let pieces: [String]
  /// The ids of the pieces that stand for no text: unknown word, begin, end, padding.
  public let unknown: Int, begin: Int, end: Int, padding: Int
  /// The special pieces that text may spell out, with their ids.
  let special: [(piece: [UInt8], id: Int)]

  private let starts: PieceTrie, continuations: PieceTrie

  /// A vocabulary from its pieces; `origin` is named in errors.
  ///
  /// - Throws: ``DataFileError`` where `[UNK]`, `[CLS]`, `[SEP]` or `[PAD]` is missing.
  public init(pieces: [String], origin: String = "vocabulary") throws {
    self.pieces = pieces
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
    (self.starts, self.continuations) = (starts, continuations)
    func id(_ piece: String) throws -> Int {
      guard let id = starts.id(of: Array(piece.utf8)[...]) else {
        throw DataFileError(file: origin, problem: "no piece \(piece) among \(pieces.count), expected one")
      }
      return id
    }
    (unknown, begin, end, padding) = (try id("[UNK]"), try id("[CLS]"), try id("[SEP]"), try id("[PAD]"))
    special = ["[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]"].compactMap { piece in
      starts.id(of: Array(piece.utf8)[...]).map { (Array(piece.utf8), $0) }
    }
  }

  /// Reads a vocabulary file.
  ///
  /// - Throws: ``DataFileError`` for a file that is missing, is not UTF-8, or lacks a special piece.
  public init(contentsOf url: URL) throws {
    let text = try TextFile.read(url)
    var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    try self.init(
      pieces: lines.map { line in
        String(Substring(line.last == UInt8(ascii: "\r") ? line.dropLast() : line))
      }, origin: url.path)
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
