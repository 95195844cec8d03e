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

  /// Reads a pair a line, fields with tabs between them: `sentence sentence score`, `score sentence sentence`, or at least
  /// seven of which the fifth is the score and the next two are the sentences, as in the STS benchmark.
  ///
  /// All lines have one of these forms, but for a first line with names of columns.
  ///
  /// - Throws: ``DataFileError`` naming the line that is no pair; for fewer than three pairs.
  public static func read(_ url: URL) throws -> SentencePairs {
    var text = Substring(try TextFile.read(url))
    if text.first == "\u{FEFF}" { text = text.dropFirst() }
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
      .enumerated().filter { !$0.element.isEmpty }
      .map {
        (number: $0.offset + 1, fields: $0.element.split(separator: "\t", omittingEmptySubsequences: false))
      }
    let readings = Form.allCases.map { form in lines.map { form.pair($0.fields) } }
    // The form that fits most lines; the first of those.
    let pairs = readings.reduce(readings[0]) { best, next in
      next.count { $0 != nil } > best.count { $0 != nil } ? next : best
    }
    let names = lines.first.map { $0.fields.count == lines.dropFirst().first?.fields.count } ?? false
    for (index, pair) in pairs.enumerated() where pair == nil && !(index == 0 && names) {
      throw DataFileError(
        file: url.path,
        problem:
          "line \(lines[index].number): expected two sentences and a number with tabs between them, found "
          + "\(lines[index].fields.count) fields")
    }
    let found = pairs.compactMap { $0 }
    guard found.count >= 3 else {
      throw DataFileError(file: url.path, problem: "\(found.count) pairs, expected at least 3")
    }
    return SentencePairs(pairs: found)
  }

  /// Where the fields of a line stand.
  private enum Form: CaseIterable {
    case scoreLast, scoreFirst, benchmark

    func pair(_ fields: [Substring]) -> Pair? {
      let places =
        switch self {
        case .scoreLast: (score: 2, sentences: 0)
        case .scoreFirst: (score: 0, sentences: 1)
        case .benchmark: (score: 4, sentences: 5)
        }
      guard self == .benchmark ? fields.count >= 7 : fields.count == 3,
        let score = Double(fields[places.score].trimmingCharacters(in: .whitespaces)), score.isFinite
      else { return nil }
      return Pair(
        first: String(fields[places.sentences]), second: String(fields[places.sentences + 1]), score: score)
    }
  }
}
