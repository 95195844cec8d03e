public import Foundation

/// Pairs of sentences with a score of how similar they are.
public struct SentencePairs: Sendable, Equatable {
  /// The pairs in the order of the file.
  public let pairs: [SentencePair]

  /// Reads a pair a line, fields with tabs between them and taken as they are, quotes too.
  ///
  /// Where the first line names two sentences and a score, as the files of GLUE, SICK and MRPC do, columns are those of
  /// their names. Without such names a file has three columns, `sentence sentence score` or `score sentence sentence`,
  /// or those of the STS benchmark: genre, file, year, number, score, sentence, sentence, and perhaps more. One form
  /// holds for the whole file.
  ///
  /// - Throws: ``DataFileError`` for columns that cannot be told, naming those that there are; for a line that is no
  ///   pair; for fewer than three pairs.
  public static func read(_ url: URL) throws -> SentencePairs {
    let lines = try TextFile.lines(url, expected: "sentence pairs with tabs between the fields").enumerated()
      .filter { !$0.element.isEmpty }
      .map { line in
        SentencePairLine(
          number: line.offset + 1,
          fields: line.element.utf8.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
            .map { Substring($0) })
      }
    let columns = try SentencePairColumns(lines, file: url.path)
    let found = try lines.dropFirst(columns.hasNames ? 1 : 0).map { line in
      guard columns.fits(line), let score = line.number(columns.score) else {
        throw DataFileError(file: url.path, problem: columns.problem(with: line))
      }
      return SentencePair(
        first: String(line.fields[columns.first]), second: String(line.fields[columns.second]), score: score)
    }
    guard found.count >= 3 else {
      throw DataFileError(file: url.path, problem: "\(found.count) pairs, expected at least 3")
    }
    return SentencePairs(pairs: found)
  }
}

/// Two sentences with a score of how similar they are.
public struct SentencePair: Sendable, Equatable {
  /// The sentences.
  public let first: String, second: String
  /// How similar they are; only the order of scores counts.
  public let score: Double
}

extension SentencePairs {
  /// Reads pairs whose scores order them.
  ///
  /// - Throws: As ``read(_:)``, and ``DataFileError`` where all scores are the same.
  public static func readOrdered(_ url: URL) throws -> SentencePairs {
    let found = try read(url)
    if let score = found.pairs.first?.score, found.pairs.allSatisfy({ $0.score == score }) {
      throw DataFileError(
        file: url.path,
        problem: "every one of \(found.pairs.count) pairs has the score \(score), expected scores that differ"
      )
    }
    return found
  }
}
