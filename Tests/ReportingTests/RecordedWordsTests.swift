import Foundation
import Reporting
import Testing

/// Sentences and tables of pages written by hand, kept to the records by `ResultsFolder`.
@Suite("recorded words") struct RecordedWordsTests {
  private static let page = """
    # A library

    On 1,000 images its error of 0.0198 is 0.66
    times that of the baseline, after 67 s; it is not told apart from it (2 cores).
    Code `0.5`, CIFAR-10 and [a link](page-7.html) hold no measured numbers.

        swift run -- --epochs 9

    <!-- table: errors -->
    <!-- /table -->

    """

  private static let sentence =
    "On {masked-images/images; 0} images its error of {masked-images/test_error; 4} is {masked-images/test_error / "
    + "masked-images/baseline_error; 2} times that of the baseline, after {masked-images/timings.training; time}; it is "
    + "{masked-images/baseline_error; verdict options.seeds} from it"

  private func results(
    page: String = Self.page, sentence: String = Self.sentence, typed: [String] = ["2 cores"],
    cell: String = "{test_error; 4} after {options.updates; 0}", folder row: String = "masked-images",
    advantage: (low: Double, high: Double) = (-0.1, 0.2)
  ) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try record(advantage).write(toFolder: folder.path + "/Results/masked-images")
    let words: [String: Any] = [
      "pages": [
        [
          "path": "../README.md", "sentences": [sentence], "typed": typed,
          "tables": [
            [
              "name": "errors", "columns": ["set", "error"], "cells": [cell],
              "rows": [["label": "digits", "folder": row]],
            ]
          ],
        ]
      ]
    ]
    try folder.write(
      String(decoding: JSONSerialization.data(withJSONObject: words), as: UTF8.self), to: "Results/words.json"
    )
    try folder.write(page, to: "README.md")
    return folder
  }

  private func record(_ advantage: (low: Double, high: Double)) -> RunRecord {
    var record = sampleRecord()
    record.options["seeds"] = "3"
    record.summary["baseline_error_advantage_low"] = advantage.low
    record.summary["baseline_error_advantage_high"] = advantage.high
    return record
  }

  private func fault(_ folder: TemporaryFolder) -> String? {
    message { try ResultsFolder(path: folder.path + "/Results").rebuild() }
  }

  @Test("a page that agrees with the records gets its table, and a second rebuild changes nothing")
  func agrees() throws {
    let folder = try results()
    try ResultsFolder(path: folder.path + "/Results").rebuild()
    let page = try folder.read("README.md")
    #expect(page.contains("| digits | 0.0198 after 2,000 |"))
    #expect(page.components(separatedBy: "<!--").first == Self.page.components(separatedBy: "<!--").first)
    #expect(try ResultsFolder(path: folder.path + "/Results").rebuild().isEmpty)
    #expect(try ResultsFolder(path: folder.path + "/Results").outdated().isEmpty)
  }

  @Test("a stale number is told with its line, and rewritten where it stands, whatever the line breaks")
  func staleNumber() throws {
    let folder = try results(
      page: Self.page.replacingOccurrences(of: "0.0198 is 0.66", with: "0.0211 is 0.71"))
    let outdated = try ResultsFolder(path: folder.path + "/Results").outdated()
    let line = try #require(outdated.first { $0.contains("README.md: line 3") })
    #expect(line.contains("error of 0.0211 is 0.71") && line.contains("error of 0.0198 is 0.66"))
    try ResultsFolder(path: folder.path + "/Results").rebuild()
    #expect(try folder.read("README.md").contains("its error of 0.0198 is 0.66\ntimes that"))
  }

  @Test("a verdict that is no longer that of the record is refused with the sentence as it would have to be")
  func staleVerdict() throws {
    let folder = try results(advantage: (0.1, 0.2))
    let before = try folder.read("README.md")
    let text = try #require(fault(folder))
    #expect(text.contains("says \"not told apart\" where the record says \"ahead\": \"On 1,000"))
    #expect(try folder.read("README.md") == before)
  }

  @Test("with fewer than three trials no interval makes a verdict")
  func fewTrials() throws {
    let folder = try results(
      sentence: Self.sentence.replacingOccurrences(of: "options.seeds", with: "2"), advantage: (0.1, 0.2))
    #expect(fault(folder) == nil)
  }

  @Test(
    "what a page needs and the records lack is an error that names it",
    arguments: [
      ("test_error; 4", "nothing; 4", "masked-images/run.json has no number nothing"),
      ("masked-images/timings.training; time", "elsewhere/images; 0", "there is no elsewhere/run.json"),
      ("; verdict options.seeds", "; verdict options.folds", "has no number options.folds"),
    ])
  func missing(of text: String, with other: String, expected: String) throws {
    let folder = try results(sentence: Self.sentence.replacingOccurrences(of: text, with: other))
    let text = try #require(fault(folder))
    #expect(text.contains("README.md: ") && text.contains(expected), "\(text)")
  }

  @Test("a table's cell that cannot be filled is an error, not a row less")
  func missingCell() throws {
    #expect(
      try #require(fault(results(cell: "{nothing; 4}"))).contains(
        "table errors: nothing: masked-images/run.json has no number nothing"))
    #expect(
      try #require(fault(results(folder: "gone"))).contains(
        "table errors: test_error: there is no gone/run.json"))
  }

  @Test("a number that no record accounts for is refused with its line, in prose and not in code or names")
  func typedNumber() throws {
    let folder = try results(page: Self.page + "It is 3.5 times as fast.\n")
    #expect(
      try #require(fault(folder)).hasSuffix(
        "line 11: 3.5 comes from no record, expected a sentence or typed words that account for it"))
    let gone = try results(typed: ["2 cores", "in 1998"])
    #expect(try #require(fault(gone)).contains("\"in 1998\" is among the typed words, but not on the page"))
  }

  @Test("a sentence that is not on the page, or twice, is refused")
  func places() throws {
    let gone = try results(page: Self.page.replacingOccurrences(of: "its error", with: "the error"))
    #expect(
      try #require(fault(gone)).contains(
        "0 times on the page, expected once: \"On 1,000 images its"))
    let lines = Self.page.split(separator: "\n", omittingEmptySubsequences: false)
    let twice = try results(page: Self.page + lines[2...3].joined(separator: "\n") + "\n")
    #expect(try #require(fault(twice)).contains("2 times on the page"))
  }

  @Test("a run that the index names does not disappear from it unasked")
  func goneRun() throws {
    let folder = try results()
    try sampleRecord(experiment: "descend").write(toFolder: folder.path + "/Results/descend")
    try ResultsFolder(path: folder.path + "/Results").rebuild()
    try FileManager.default.removeItem(atPath: folder.path + "/Results/descend/run.json")
    #expect(try #require(fault(folder)).contains("has a line for descend, but there is no descend/run.json"))
  }
}
