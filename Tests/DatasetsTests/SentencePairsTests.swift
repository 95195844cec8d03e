import Datasets
import Foundation
import Testing

struct SentencePairsTests {
  private let place: TemporaryFolder

  init() throws { place = try TemporaryFolder() }

  private func read(_ lines: [String], ending: String = "\n") throws -> [SentencePair] {
    let file = try place.write("pairs.tsv", Array(lines.map { $0 + ending }.joined().utf8))
    return try SentencePairs.read(file).pairs
  }

  private func problem(_ lines: [String]) -> String? { message { _ = try read(lines) } }

  /// Lines of the columns of a file of the field, each of which says where it stands.
  private func lines(_ header: String, score: Int?, first: Int, second: Int) -> [String] {
    let names = header.split(separator: "|", omittingEmptySubsequences: false)
    return [names.joined(separator: "\t")]
      + (0..<4).map { line in
        names.indices.map { column in
          switch column {
          case score: "\(line).25"
          case first: "sentence \(line) of \"one"
          case second: "\"sentence\" \(line) of two"
          // Others are numbers, so that mistaken columns would be read.
          default: "\(10 * line + column)"
          }
        }.joined(separator: "\t")
      }
  }

  @Test(
    "columns are read by the names in the first line",
    arguments: [
      ("index|genre|filename|year|old_index|source1|source2|sentence1|sentence2|score", 9, 7, 8),
      ("pair_ID|sentence_A|sentence_B|relatedness_score|entailment_judgment", 3, 1, 2),
      ("id|qid1|qid2|question1|question2|is_duplicate", 5, 3, 4),
      ("Quality|#1 ID|#2 ID|#1 String|#2 String", 0, 3, 4), ("index|sentence1|sentence2|label", 3, 1, 2),
      (" Sentence1 |Score|SENTENCE2", 1, 0, 2), ("first|second|score", 2, 0, 1),
      ("satz|score|other", 1, 0, 2),
      ("split|genre|dataset|year|sid|score|sentence1|sentence2", 5, 6, 7),
    ] as [(String, Int, Int, Int)])
  func named(header: String, score: Int, first: Int, second: Int) throws {
    let lines = lines(header, score: score, first: first, second: second)
    for mark in ["", "\u{FEFF}"] {
      for ending in ["\n", "\r\n"] {
        let found = try read([mark + lines[0]] + lines.dropFirst(), ending: ending)
        #expect(found.map(\.score) == [0.25, 1.25, 2.25, 3.25])
        #expect(found.map(\.first) == (0..<4).map { "sentence \($0) of \"one" })
        #expect(found.map(\.second) == (0..<4).map { "\"sentence\" \($0) of two" })
      }
    }
  }

  @Test("files without names have three columns or those of the STS benchmark, one form for the whole file")
  func unnamed() throws {
    #expect(try read(["a b\tc\t1.5", "d\te\t0", "", "f\tg\t5"]).map(\.score) == [1.5, 0, 5])
    #expect(try read(["0.5\ta\tb", "1\tc\td", "2\te\tf"]).map(\.first) == ["a", "c", "e"])
    // The score stands in one place, also where a sentence is a number; only line feeds end lines, and a combining mark
    // belongs to no tab and no quote.
    let numbers = try read(
      ["4.2\thow many\t42", "1\tc\u{2028}c\t\u{301}d", "2\te\"\u{34B}\tf\u{85}"], ending: "\r\n")
    #expect(numbers.map(\.score) == [4.2, 1, 2] && numbers[0].second == "42")
    #expect(
      numbers[1].first == "c\u{2028}c" && numbers[1].second == "\u{301}d" && numbers[2].first == "e\"\u{34B}")
    let benchmark = (0..<4).map { "main-news\theadlines\t2012test\t000\($0)\t\($0).5\tfirst \($0)\tsecond" }
    let found = try read(benchmark.enumerated().map { $1 + String(repeating: "\tsource", count: $0 % 3) })
    #expect(
      found.map(\.first) == (0..<4).map { "first \($0)" } && found.map(\.score) == [0.5, 1.5, 2.5, 3.5])
    let broken = problem(benchmark + ["main-news\theadlines\t2012test\t0009\tfirst\tsecond\t1"])
    #expect(broken?.contains("line 5: expected genre, file, year, number, score from 0 to 5") == true)
  }

  @Test("pairs whose scores are all the same order nothing and are refused where an order is wanted")
  func ordered() throws {
    func ordered(_ lines: [String]) throws -> SentencePairs {
      try .readOrdered(place.write("pairs.tsv", Array(lines.map { $0 + "\n" }.joined().utf8)))
    }
    let lines = ["a\tb\t2", "c\td\t2", "e\tf\t3"]
    #expect(try ordered(lines).pairs == read(lines))
    let problem = message { _ = try ordered(["a\tb\t2", "c\td\t2", "e\tf\t2"]) }
    #expect(problem?.contains("every one of 3 pairs has the score 2.0") == true)
  }

  @Test("files whose columns cannot be told are refused with the columns that were expected")
  func refused() throws {
    let glue = lines(
      "index|genre|filename|year|old_index|source1|source2|sentence1|sentence2|score", score: 9, first: 7,
      second: 8)
    // Without its first line nothing says what is what.
    #expect(
      problem(Array(glue.dropFirst()))?.contains("line 1: 10 fields with tabs between them, expected names")
        == true)
    // A test set has no scores.
    let test = lines("index|genre|sentence1|sentence2", score: nil, first: 2, second: 3)
    #expect(
      problem(test)?.contains(
        "pairs.tsv: line 1: no column of scores among index, genre, sentence1, sentence2, expected one of score"
      ) == true)
    #expect(
      problem(lines("id|question1|question2", score: nil, first: 1, second: 2))?.contains(
        "no column of scores") == true)
    let twice = lines("sentence1|sentence2|score|label", score: 2, first: 0, second: 1)
    #expect(problem(twice)?.contains("2 columns of scores") == true)
    #expect(
      problem(glue + ["1\t2"])?.contains("line 6: 2 fields with tabs between them, expected 10") == true)
    let words = lines("sentence1|sentence2|label", score: nil, first: 0, second: 1).map {
      $0.replacingOccurrences(of: "2", with: "entailment")
    }
    #expect(
      problem(["sentence1\tsentence2\tlabel"] + words.dropFirst())?.contains(
        "expected a number for the score") == true)
    #expect(problem(["1\t2\t3", "4\t5\t6", "7\t8\t9"])?.contains("first or the last of three") == true)
    #expect(
      problem(["a\tb\t1", "b\tc\tx", "c\td\t2"])?.contains("line 2, field 3: x, expected a number") == true)
    #expect(problem(["a\tb\t1", "b\tc\tnan", "c\td\t2"])?.contains("line 2, field 3: nan") == true)
    #expect(problem(["a\tb\t1", "c\td", "e\tf\t2"])?.contains("line 2: 2 fields") == true)
    #expect(problem(["sentence1,sentence2,score", "a,b,1"])?.contains("line 1: 1 fields") == true)
    #expect(problem(["a\tb\t1", "c\td\t2"])?.contains("2 pairs, expected at least 3") == true)
    #expect(problem([])?.contains("no lines") == true)
    #expect(problem(["<!doctype html><html>"])?.contains("an HTML page") == true)
  }
}
