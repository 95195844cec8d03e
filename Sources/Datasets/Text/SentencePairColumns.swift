import Foundation
import Foundations
import Tensors

/// A line of a file of sentence pairs.
struct SentencePairLine {
  /// Its number, from 1.
  let number: Int
  let fields: [Substring]

  /// The finite number that a field is.
  func number(_ index: Int) -> Double? {
    guard fields.indices.contains(index),
      let value = Double(fields[index].trimmingCharacters(in: .whitespaces)),
      value.isFinite
    else { return nil }
    return value
  }
}

/// Where the sentences and the score of a file of sentence pairs stand.
struct SentencePairColumns {
  let first: Int, second: Int, score: Int
  /// How many fields a line has; nil for at least seven.
  private let count: Int?
  /// Whether the first line has the names of columns.
  let hasNames: Bool

  private init(first: Int, second: Int, score: Int, count: Int?, hasNames: Bool = false) {
    (self.first, self.second, self.score) = (first, second, score)
    (self.count, self.hasNames) = (count, hasNames)
  }

  /// Names of the two sentences, and of the score, in the files of the field.
  private static let sentenceNames = [
    ("sentence1", "sentence2"), ("sentence_1", "sentence_2"), ("sentence_a", "sentence_b"),
    ("sentencea", "sentenceb"), ("question1", "question2"), ("#1 string", "#2 string"), ("text1", "text2"),
    ("text_a", "text_b"), ("sent1", "sent2"), ("sent_1", "sent_2"), ("s1", "s2"), ("premise", "hypothesis"),
    ("first", "second"), ("sentence", "sentence"),
  ]
  private static let scoreNames = [
    "score", "scores", "label", "labels", "similarity", "similarity_score", "relatedness_score",
    "relatedness",
    "is_duplicate", "quality", "gold_score", "gold",
  ]
  private static let forms = [
    SentencePairColumns(first: 0, second: 1, score: 2, count: 3),
    SentencePairColumns(first: 1, second: 2, score: 0, count: 3),
  ]
  private static let expected =
    "expected names of columns such as sentence1, sentence2 and score in the first line, or three fields, two sentences "
    + "and a number, or those of the STS benchmark"

  /// - Throws: ``DataFileError`` where the columns cannot be told.
  init(_ lines: [SentencePairLine], file: String) throws {
    guard let head = lines.first else {
      throw DataFileError(file: file, problem: "no lines, expected sentence pairs")
    }
    let names = head.fields.map { Substring($0).trimmingCharacters(in: .whitespaces).lowercased() }
    if let sentences = Self.sentences(in: names) {
      self.init(
        first: sentences.0, second: sentences.1, score: try Self.score(in: names, head, file),
        count: names.count,
        hasNames: true)
      return
    }
    let rest = lines.dropFirst()
    // Names of which only that of the score is known.
    if names.count == 3, let score = names.indices.first(where: { Self.scoreNames.contains(names[$0]) }),
      !rest.isEmpty, rest.allSatisfy({ $0.fields.count == 3 && $0.number(score) != nil }),
      head.number(score) == nil
    {
      let others = (0..<3).filter { $0 != score }
      self.init(first: others[0], second: others[1], score: score, count: 3, hasNames: true)
      return
    }
    self = try Self.unnamed(lines, file)
  }

  /// The indices of the two sentences among names.
  private static func sentences(in names: [String]) -> (Int, Int)? {
    for (first, second) in sentenceNames {
      let indices = names.indices.filter { names[$0] == first || names[$0] == second }
      if indices.count == 2 && names[indices[0]] == first && names[indices[1]] == second {
        return (indices[0], indices[1])
      }
    }
    return nil
  }

  private static func score(in names: [String], _ head: SentencePairLine, _ file: String) throws -> Int {
    let places = names.indices.filter { scoreNames.contains(names[$0]) }
    guard places.count == 1 else {
      throw DataFileError(
        file: file,
        problem:
          "line \(head.number): \(places.isEmpty ? "no column" : "\(places.count) columns") of scores among "
          + "\(oneLine(names.joined(separator: ", "), limit: 300)), expected one of "
          + scoreNames.joined(separator: ", "))
    }
    return places[0]
  }

  /// The columns of a file without names, by what its fields are.
  private static func unnamed(_ lines: [SentencePairLine], _ file: String) throws -> SentencePairColumns {
    if 2 * lines.count(where: isBenchmark) > lines.count {
      return SentencePairColumns(first: 5, second: 6, score: 4, count: nil)
    }
    // The most of three fields: lines that have other numbers are named later.
    let three = lines.filter { $0.fields.count == 3 }
    guard 2 * three.count > lines.count else {
      let line = lines[0]
      throw DataFileError(
        file: file,
        problem: "line \(line.number): \(line.fields.count) fields with tabs between them, \(expected)")
    }
    let fitting = forms.map { form in three.count { $0.number(form.score) != nil } }
    guard fitting[0] != fitting[1] else {
      throw DataFileError(
        file: file,
        problem: "the first or the last of three fields may be the score in as many lines, \(expected)")
    }
    return fitting[0] > fitting[1] ? forms[0] : forms[1]
  }

  /// Genre, file, a year with or without more, a number, a score from 0 to 5, two sentences.
  private static func isBenchmark(_ line: SentencePairLine) -> Bool {
    guard line.fields.count >= 7 else { return false }
    let year = line.fields[2].utf8.prefix(4)
    guard year.count == 4, year.allSatisfy({ (0x30...0x39).contains($0) }), line.number(3) != nil,
      let score = line.number(4), (0...5).contains(score)
    else { return false }
    // A number in the place of the genre belongs to another form.
    return line.number(0) == nil
  }

  func fits(_ line: SentencePairLine) -> Bool {
    count.map { line.fields.count == $0 } ?? Self.isBenchmark(line)
  }

  /// What is wrong with a line that does not fit.
  func problem(with line: SentencePairLine) -> String {
    guard let count else {
      return
        "line \(line.number): expected genre, file, year, number, score from 0 to 5 and two sentences, as on other "
        + "lines"
    }
    if line.fields.count != count {
      return
        "line \(line.number): \(line.fields.count) fields with tabs between them, expected \(count) as on other lines"
    }
    return
      "line \(line.number), field \(score + 1): \(oneLine(String(line.fields[score]), limit: 60)), expected a number "
      + "for the score"
  }
}
