public import Energies
import Foundations
import Tensors

/// The real tokens of some texts, sequence by sequence, each with its length.
///
/// Padding takes part in nothing, so it is not kept: a padded batch with its mask and the same sequences without
/// padding are the same tokens.
public struct EncoderTokens: Sendable, Equatable {
  /// The ids of the word pieces of each sequence.
  public let ids: [[Int]]
  /// The types of the tokens of each sequence; nil where all are of type 0.
  public let segments: [[Int]]?
  /// The positions of the tokens of each sequence; nil where they are 0, 1, 2, …
  public let positions: [[Int]]?

  /// Sequences, each with all its tokens.
  public init(ids: [[Int]], segments: [[Int]]? = nil) {
    require(ids.allSatisfy { !$0.isEmpty }, "a sequence without tokens")
    require(
      segments == nil || segments?.map(\.count) == ids.map(\.count),
      "types of \(segments?.map(\.count) ?? []) tokens for sequences of \(ids.map(\.count))")
    (self.ids, self.segments, positions) = (ids, segments, nil)
  }

  /// The real tokens of a padded batch, [batch, tokens] row by row; a token keeps its index as its position.
  public init(padded ids: [Int], segments: [Int]? = nil, mask: TokenMask) {
    let count = mask.tokenCount
    require(
      ids.count == mask.batch * count && (segments?.count ?? ids.count) == ids.count,
      "\(ids.count) ids and \(segments?.count ?? ids.count) types for a mask of [\(mask.batch), \(count)]")
    let realPositions = (0..<mask.batch).map { example in
      (0..<count).filter { mask.isReal[example * count + $0] }
    }
    require(realPositions.allSatisfy { !$0.isEmpty }, "a sequence without real tokens")
    func real(_ values: [Int]) -> [[Int]] {
      realPositions.enumerated().map { example, positions in positions.map { values[example * count + $0] } }
    }
    self.ids = real(ids)
    self.segments = segments.map(real)
    positions = realPositions.allSatisfy { $0 == Array(0..<$0.count) } ? nil : realPositions
  }

  /// The number of sequences.
  public var count: Int { ids.count }
  /// The number of tokens of each sequence.
  public var lengths: [Int] { ids.map(\.count) }
  /// The number of tokens of all sequences.
  public var tokenCount: Int { ids.reduce(0) { $0 + $1.count } }

  /// Some of the sequences.
  public func sequences(_ range: Range<Int>) -> EncoderTokens {
    EncoderTokens(
      ids: Array(ids[range]), segments: segments.map { Array($0[range]) },
      positions: positions.map { Array($0[range]) })
  }

  private init(ids: [[Int]], segments: [[Int]]?, positions: [[Int]]?) {
    (self.ids, self.segments, self.positions) = (ids, segments, positions)
  }

  /// Ranges of sequences that a thread takes at once: whole sequences, closed once they have enough tokens. They
  /// depend on the lengths alone, and so do the bits of results.
  var pieces: [Range<Int>] {
    var (pieces, start, tokens) = ([Range<Int>](), 0, 0)
    for (index, sequence) in ids.enumerated() {
      tokens += sequence.count
      if tokens >= Self.tokensOfPiece || index == ids.count - 1 {
        pieces.append(start..<index + 1)
        (start, tokens) = (index + 1, 0)
      }
    }
    return pieces
  }

  private static let tokensOfPiece = 128
}
