public import Foundation

/// Pairs of sentences with a score of how similar they are.
public struct SentencePairs: Sendable, Equatable {
  /// A pair with its score.
  public struct Pair: Sendable, Equatable {
    /// The sentences.
    public let first: String, second: String
    /// How similar they are; only the order of scores counts.
    public let score: Double
  }

  /// The pairs in the order of the file.
  public let pairs: [Pair]

  /// Reads `sentence <tab> sentence <tab> score`, a pair a line; the score may also stand first, and a first line without
  /// a number is a header.
  ///
  /// - Throws: ``DataFileError`` naming the line that is no pair; for fewer than three pairs.
  public static func read(_ url: URL) throws -> SentencePairs {
    var pairs: [Pair] = []
    let lines = try TextFile.read(url).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() where !line.isEmpty {
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      if let pair = pair(fields) {
        pairs.append(pair)
      } else if index > 0 || fields.count != 3 {
        throw DataFileError(
          file: url.path,
          problem: "line \(index + 1): expected two sentences and a number with tabs between them, found "
            + "\(fields.count) fields")
      }
    }
    guard pairs.count >= 3 else {
      throw DataFileError(file: url.path, problem: "\(pairs.count) pairs, expected at least 3")
    }
    return SentencePairs(pairs: pairs)
  }

  private static func pair(_ fields: [String]) -> Pair? {
    guard fields.count == 3 else { return nil }
    func number(_ text: String) -> Double? {
      Double(text.trimmingCharacters(in: .whitespaces)).flatMap { $0.isFinite ? $0 : nil }
    }
    if let score = number(fields[2]) { return Pair(first: fields[0], second: fields[1], score: score) }
    return number(fields[0]).map { Pair(first: fields[1], second: fields[2], score: $0) }
  }
}
