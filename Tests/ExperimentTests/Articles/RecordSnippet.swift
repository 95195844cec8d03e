import Foundation
import Reporting

/// The numbers that a run recorded, by name.
func numbers(ofRun folder: String) throws -> [String: Double] {
  let record = try RunRecord.read(from: folder + "/run.json")
  print(record.title, record.commandLine)
  let numbers = record.summary
  return numbers
}
