import Foundation
import Reporting

/// A record with every field filled and no two numbers alike.
func sampleRecord(experiment: String = "masked-images") -> RunRecord {
  var record = RunRecord(
    experiment: experiment, title: "Completing masked digits", options: ["updates": "2000", "size": "64"],
    seed: UInt64.max)
  record.commandLine = "\(experiment) --updates 2000"
  record.commit = SourceCommit(hash: "69859dc0123456789abcdef0123456789abcdef0", isDirty: true)
  record.timings = ["training": 67.25, "evaluation": 1.5]
  record.summary = [
    "test_error": 0.0198123, "test_deviation": 0.0004, "baseline_error": 0.0298, "images": 1000,
    "third": 1.0 / 3.0, "tiny": 1.25e-17,
  ]
  record.headline = ["test_error", "images"]
  record.tables = [
    TableRecipe(
      name: "errors", columns: ["model", "test error", "images"],
      rows: [
        .init(label: "energy transformer", summaryKeys: ["test_error ± test_deviation", "images"]),
        .init(label: "linear | inpainting", summaryKeys: ["baseline_error", ""]),
      ], digits: 4, columnDigits: [4, 0], best: .lowest)
  ]
  record.date = Date(timeIntervalSince1970: 1_790_000_000)
  return record
}
