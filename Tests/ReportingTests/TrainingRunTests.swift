import Foundation
import Reporting
import Testing

@Suite("trainings that are watched") struct TrainingRunTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(_ text: String? = nil, in name: String = "run") throws -> TrainingRun {
    if let text { try folder.write(text, to: "\(name)/metrics.csv") }
    let found = TrainingRun.found(in: [folder.path])
    return try #require(found.first { $0.folder == "\(folder.path)/\(name)" })
  }

  /// Sets when a file was written, in seconds before now.
  private func age(_ name: String, _ seconds: Double) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -seconds)], ofItemAtPath: "\(folder.path)/\(name)")
  }

  @Test("folders and the folders in them are searched for files of metrics, links and other files left out")
  func found() throws {
    for name in [
      "b/metrics.csv", "a/10/metrics.csv", "a/9/metrics.csv", "c/metrics-one_step.csv", "c/metrics-two.csv",
      "c/metricsfile.csv", "d/numbers.csv", ".hidden/metrics.csv", "1/2/3/4/metrics.csv",
      "1/2/3/4/5/metrics.csv",
    ] { try folder.write("step,loss\n", to: name) }
    try FileManager.default.createSymbolicLink(
      atPath: "\(folder.path)/link", withDestinationPath: "\(folder.path)/b")
    try FileManager.default.createSymbolicLink(
      atPath: "\(folder.path)/d/metrics.csv", withDestinationPath: "\(folder.path)/b/metrics.csv")
    let found = TrainingRun.found(in: [folder.path, "\(folder.path)/a", "\(folder.path)/nothing"])
    #expect(
      found.map { $0.name.dropFirst(folder.path.count + 1) }
        == ["1/2/3/4", "a/9", "a/10", "b", "c, one step", "c, two"])
    #expect(Set(found.map(\.id)).count == 6)
    #expect(found.allSatisfy { $0.id.count == 16 && $0.id.allSatisfy(\.isHexDigit) })
    // The list may change around a training: what it is asked for by stays.
    try FileManager.default.removeItem(atPath: "\(folder.path)/1")
    #expect(TrainingRun.found(in: [folder.path]) == Array(found.dropFirst()))
  }

  @Test("rows after the last ones are told, whole ones alone, and nothing twice")
  func rows() throws {
    let run = try run("step,loss,error\n0,2,\n1,1.5,0.25\n2,1")
    let first = try run.rows()
    #expect(first.columns == ["step", "loss", "error"])
    #expect(first.values == [[0, 1], [2, 1.5], [nil, 0.25]])
    #expect(first.isFromStart && run.lastStep == 1)
    let none = try run.rows(after: first.cursor)
    #expect(none.values == [[], [], []] && !none.isFromStart && !none.hasMore)
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: "\(folder.path)/run/metrics.csv"))
    try file.seekToEnd()
    try file.write(contentsOf: Data("25,\n30,0.5,\n".utf8))
    let more = try run.rows(after: none.cursor)
    #expect(more.values == [[2, 30], [125, 0.5], [nil, nil]])
    #expect(!more.isFromStart && !more.hasMore && run.lastStep == 30)
    #expect(run.columns == ["step", "loss", "error"])
  }

  @Test("a long file comes in several answers that make up the whole")
  func pieces() throws {
    let steps = Array(0..<500)
    let run = try run("step,loss\n" + steps.map { "\($0),\(Double($0) / 8)\n" }.joined())
    var (found, count, cursor): ([Double?], Int, String?) = ([], 0, nil)
    while true {
      let answer = try run.rows(after: cursor, mostBytes: 1_000)
      found += answer.values[0]
      (count, cursor) = (count + 1, answer.cursor)
      if !answer.hasMore { break }
    }
    #expect(found == steps.map { Double($0) } && count > 4)
    #expect(run.lastStep == 499)
  }

  @Test("a file that was written anew is told from its start")
  func anew() throws {
    let path = "\(folder.path)/run/metrics.csv"
    try folder.write("", to: "run/other")
    let before = try MetricsWriter(path: path, columns: ["loss"])
    for step in 0..<5 { try before.append(step: step, ["loss": 1]) }
    let run = try run()
    let first = try run.rows()
    let after = try MetricsWriter(resuming: path, columns: ["loss"], atStep: 3)
    try after.append(step: 3, ["loss": 0.5])
    let second = try run.rows(after: first.cursor)
    #expect(second.isFromStart && second.values == [[0, 1, 2, 3], [1, 1, 1, 0.5]])
  }

  @Test(
    "a cursor that no answer had is refused, and one beyond the file begins at its start",
    arguments: ["", "1", "1-2-3", "a-1", "-1", "1--1", "../run.json", "1-99999999999999999999"])
  func cursors(cursor: String) throws {
    let run = try run("step,loss\n0,1\n")
    let text = message { _ = try run.rows(after: cursor) }
    #expect(text == "metrics.csv: rows after \"\(cursor)\", expected what an earlier answer ended with")
    let number = try #require(run.rows().cursor.split(separator: "-").first)
    for beyond in ["\(number)-9999", "\(number)-0", "1-10"] {
      let rows = try run.rows(after: beyond)
      #expect(rows.isFromStart && rows.values == [[0], [1]])
    }
  }

  @Test("damaged rows and files that are gone end in one line without their path")
  func damaged() throws {
    let run = try run("step,loss\n0,much\n")
    #expect(message { _ = try run.rows() } == "metrics.csv, row 1: loss: expected a number, found \"much\"")
    try folder.write("step,loss\n0\n", to: "run/metrics.csv")
    #expect(message { _ = try run.rows() } == "metrics.csv, line 2: expected 2 fields, found 1")
    try FileManager.default.removeItem(atPath: "\(folder.path)/run/metrics.csv")
    #expect(message { _ = try run.rows() } == "metrics.csv: cannot be read")
    #expect(run.lastStep == nil && run.columns.isEmpty && run.state == .stopped)
  }

  @Test(
    "a training runs while its program works, is finished by a record after its last row, and else stopped")
  func states() throws {
    let run = try run("step,loss\n0,1\n")
    #expect(run.state == .running)
    try age("run/metrics.csv", 100)
    #expect(run.state == .stopped)
    try sampleRecord().write(toFolder: "\(folder.path)/run")
    #expect(run.state == .finished)
    // The record of an earlier run.
    try age("run/run.json", 200)
    #expect(run.state == .stopped)
    // For the rest of this process, which works there.
    try OutputFolder.prepare("\(folder.path)/run")
    #expect(run.state == .running)
    try age("run/run.json", 50)
    #expect(run.state == .finished)
  }
}
