import Foundations
import Tensors

/// A pattern of amino acids with positions that may hold any: `LD.RN`.
public struct SequenceMotif: Sendable, Equatable, CustomStringConvertible {
  /// The letter of each position; nil where any may stand.
  public let letters: [UInt8?]

  /// A motif as text, with dots for any letter.
  ///
  /// - Throws: ``MotifError`` for a text without letters, or with other characters.
  public init(_ text: String) throws {
    letters = try text.utf8.map { code in
      if code == UInt8(ascii: ".") { return nil }
      guard let letter = AminoAcids.letter(of: code) else { throw MotifError(motif: text) }
      return letter
    }
    guard let first = letters.first, let last = letters.last, first != nil, last != nil else {
      throw MotifError(motif: text)
    }
  }

  /// The number of positions of the motif, those that may hold any letter included.
  public var span: Int { letters.count }

  public var description: String { letters.map { $0.map { AminoAcids.text([$0]) } ?? "." }.joined() }

  /// Whether the motif stands anywhere in a sequence.
  public func occurs(in sequence: some RandomAccessCollection<UInt8>) -> Bool {
    guard sequence.count >= span else { return false }
    let base = sequence.startIndex
    return (0...sequence.count - span).contains { start in
      letters.indices.allSatisfy { position in
        letters[position].map { sequence[sequence.index(base, offsetBy: start + position)] == $0 } ?? true
      }
    }
  }
}

/// A text that is not a motif.
public struct MotifError: Error, Equatable, CustomStringConvertible {
  /// The text.
  public let motif: String

  /// One line with the text and what was expected.
  public var description: String {
    "motif \"\(oneLine(motif, limit: 60))\": expected amino acids and dots, with an amino acid at both ends"
  }
}
