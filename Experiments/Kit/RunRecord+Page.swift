package import EnergyTransformer
import Foundation

extension RunRecord {
  /// Records the libraries behind the numbers of this process.
  package mutating func addSystemLibraries() {
    versions["matrix_library"] = SystemLibraries.matrixProducts
    versions["vector_unit"] = SystemLibraries.vectorUnit
  }

  /// What a record calls the data at a path, or those generated where there is none.
  package static func dataName(_ path: String?) -> String {
    path.map { URL(fileURLWithPath: $0).lastPathComponent } ?? "generated"
  }
}

extension MarkdownPage {
  /// The end of a page: how its run was made, in words that `ending` goes on with behind the number of threads.
  package mutating func addMaking(of record: RunRecord, ending: String) {
    addHeading("How this was made")
    addCode("swift run -c release \(record.commandLine)", language: "sh")
    addParagraph(
      "Seed \(record.seed), commit \(record.commit.short), \(record.machine.processor), "
        + "\(Parallelism.threadCount) threads" + ending)
  }
}

extension [String: Double] {
  /// Adds a mean under a name, and the deviation under that name followed by `_deviation`.
  package mutating func add(_ spread: Spread, as name: String) {
    self[name] = spread.mean
    self["\(name)_deviation"] = spread.standardDeviation
  }
}
