import Foundation
import Reporting
import Testing

/// What a run of some steps has measured.
private struct Steps: JSONRecord, Equatable {
  static let fileName = "steps.json"

  var date: Date
  var errors: [String: Double]
  var isSound: Bool { errors.values.allSatisfy { $0 >= 0 } }
}

struct JSONRecordTests {
  @Test("a record reads back as it was written, on one line with sorted keys; there may be none")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    #expect(try Steps.read(fromFolder: folder.path) == nil)
    let record = Steps(date: Date(timeIntervalSince1970: 86_400), errors: ["b/c": 0.5, "a": 3])
    try record.write(toFolder: folder.path)
    #expect(try folder.names() == ["steps.json"])
    #expect(
      try folder.read("steps.json") == #"{"date":"1970-01-02T00:00:00Z","errors":{"a":3,"b/c":0.5}}"#)
    #expect(try Steps.read(fromFolder: folder.path) == record)
  }

  @Test(
    "a record that is damaged, or that no run can have written, is refused in one line that names the file")
  func damaged() throws {
    let folder = try TemporaryFolder()
    for text in [
      "{", #"{"date":"1970-01-02T00:00:00Z"}"#, #"{"date":"1970-01-02T00:00:00Z","errors":{"a":-1}}"#,
    ] {
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder.path)/steps.json"))
      #expect(
        message { _ = try Steps.read(fromFolder: folder.path) }
          == "\(folder.path)/steps.json: damaged, expected what an interrupted run wrote")
    }
  }
}
