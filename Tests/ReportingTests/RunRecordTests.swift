import Foundation
import Reporting
import Testing

struct RunRecordTests {
  @Test("work that is timed gives its result, and its seconds enter the record under its name")
  func timed() throws {
    var record = sampleRecord()
    let found = record.timed("tuning") { (0..<100_000).reduce(0, +) }
    #expect(found == 4_999_950_000)
    let seconds = try #require(record.timings["tuning"])
    #expect(seconds >= 0 && seconds < 60)
  }

  @Test("A record reads back equal, and equal records give equal text")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    var record = sampleRecord()
    try folder.write("three digits", to: "data.bin")
    record.data = [try DataFingerprint(name: "digits", path: folder.path + "/data.bin", count: 3)]
    try record.write(toFolder: folder.path + "/run")
    let back = try RunRecord.read(from: folder.path + "/run/run.json")
    #expect(back == record)
    #expect(back.seed == UInt64.max)
    #expect(back.summary["third"] == 1.0 / 3.0)
    #expect(try back.json() == record.json())
    #expect(try folder.names(in: "run") == ["run.json"])
  }

  @Test("The text is pretty, sorted, and dated in ISO 8601")
  func text() throws {
    let text = try sampleRecord().json()
    #expect(text.contains("\"date\" : \"2026-09-21T14:13:20Z\""))
    #expect(text.contains("\n  \"command_line\" : \"masked-images --updates 2000\",\n  \"commit\""))
    #expect(text.hasSuffix("}\n"))
    let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    #expect((object?["summary"] as? [String: Double])?["images"] == 1000)
  }

  @Test(
    "A number that is not finite is refused by name",
    arguments: [Double.nan, .infinity, -.infinity, .signalingNaN])
  func notFinite(value: Double) throws {
    let folder = try TemporaryFolder()
    var record = sampleRecord()
    record.summary["final_loss"] = value
    let text = message { try record.write(toFolder: folder.path) }
    #expect(text == "run record: field summary.final_loss: expected a finite number, found \(value)")
    #expect(try folder.names().isEmpty)
  }

  @Test(
    "A badly named number is refused",
    arguments: ["testError", "test-error", "Test", "", "_a", "a_", "a__b", "2nd", "é", "a b"])
  func badNames(name: String) {
    var record = sampleRecord()
    record.summary[name] = 1
    #expect(
      message { try record.validate() }
        == "run record: field summary.\(name): expected a lower_snake_case name")
  }

  @Test("Every fault is in the one line")
  func allFaults() {
    var record = sampleRecord()
    record.summary["Loss"] = 1
    record.timings["training"] = .nan
    record.headline.append("absent")
    record.tables[0].rows[0].summaryKeys[1] = "missing"
    let text = message { try record.validate() } ?? ""
    for part in [
      "summary.Loss", "timings.training", "no absent", "row energy transformer: the summary has no missing",
    ] {
      #expect(text.contains(part), "\(text)")
    }
    #expect(!text.contains("\n"))
  }

  @Test("Reading names the file and the field")
  func readingErrors() throws {
    let folder = try TemporaryFolder()
    let file = folder.path + "/run.json"
    let good = try sampleRecord().json()
    func failure(_ old: String, _ new: String) throws -> String? {
      #expect(good.contains(old))
      try folder.write(good.replacingOccurrences(of: old, with: new), to: "run.json")
      return message { _ = try RunRecord.read(from: file) }
    }
    #expect(message { _ = try RunRecord.read(from: file) } == "\(file): cannot be read")
    #expect(try failure("\"experiment\"", "\"experimnt\"") == "\(file): field experiment is missing")
    #expect(
      try failure("\"images\" : 1000", "\"images\" : \"many\"")
        == "\(file): field summary.images: expected a number")
    #expect(
      try failure("\"images\" : 1000", "\"images\" : null")
        == "\(file): field summary.images: expected a number, found null")
    #expect(
      try failure("\"digits\" : 4", "\"digits\" : 4.5")
        == "\(file): field tables.0.digits: expected a whole number that fits, found 4.5")
    #expect(
      try failure("\"seed\" : 1", "\"seed\" : -1")
        == "\(file): field seed: expected a whole number that fits, found -18446744073709551615")
    #expect(
      try failure("2026-09-21T14:13:20Z", "yesterday")
        == "\(file): field date: expected a date such as 2026-01-31T12:00:00Z, found \"yesterday\"")
    #expect(try failure("{\n  \"command_line\"", "\n  \"command_line\"") == "\(file): is not valid JSON")
    #expect(
      try failure("\"third\"", "\"Third\"")
        == "\(file): run record: field summary.Third: expected a lower_snake_case name")
  }

  @Test("A write that fails leaves the old record and no temporary file")
  func atomicWrite() throws {
    let folder = try TemporaryFolder()
    // A folder stands where the file should go, so the last step, the rename, fails.
    try folder.write("inside", to: "run.json/keep")
    let text = message { try sampleRecord().write(toFolder: folder.path) }
    #expect(text?.hasPrefix("\(folder.path)/run.json: cannot be replaced: ") == true)
    #expect(try folder.names() == ["run.json"])
    #expect(try folder.read("run.json/keep") == "inside")
  }

  @Test("A command line can be pasted into a shell")
  func commandLine() {
    #expect(
      RunRecord.commandLine([".build/release/descend", "--name", "it's here", "a=b", ""])
        == "descend --name 'it'\\''s here' a=b ''")
  }

  @Test("A new record knows the machine, the versions and the commit")
  func environment() {
    let record = RunRecord(experiment: "a", title: "b", options: [:], seed: 3)
    #expect(record.machine.coreCount > 0)
    #expect(record.machine.memoryBytes > 1 << 20)
    #expect(!record.machine.operatingSystem.isEmpty)
    #expect(record.versions["library"] == SoftwareVersions.library)
    #expect(record.versions["swift"]?.isEmpty == false)
    #expect(record.commit.hash == "unknown" || record.commit.hash.count == 40)
  }
}
