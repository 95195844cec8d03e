package import EnergyTransformer
import Foundation

extension RunRecord {
  /// Records the libraries behind the numbers of this process.
  package mutating func addSystemLibraries() {
    versions["matrix_library"] = SystemLibraries.matrixProducts
    versions["vector_unit"] = SystemLibraries.vectorUnit
  }

  /// Does a part of the work and records the seconds that it takes under a name.
  package mutating func timed<Result>(_ name: String, _ work: () throws -> Result) rethrows -> Result {
    let started = Date()
    let result = try work()
    timings[name] = Date().timeIntervalSince(started)
    return result
  }

  /// What runs the command again from the package's folder.
  package var command: String { "swift run -c release \(commandLine)" }

  /// What the run was made of and on, up to the number of threads.
  package var circumstances: String {
    "Seed \(seed), commit \(commit.short), \(machine.processor), \(Parallelism.threadCount) threads"
  }

  /// Writes a page and this record into a folder and prints the tables.
  package func write(with page: MarkdownPage, toFolder folder: String) throws {
    try page.write(to: "\(folder)/README.md")
    try write(toFolder: folder)
    for table in tables { print(try TableRecipe.render(table, summary: summary).markdown) }
    print("Page: \(folder)/README.md")
  }
}

extension MarkdownPage {
  /// The end of a page: how its run was made, in words that `ending` goes on with behind the number of threads.
  ///
  /// - Parameter remark: A paragraph of its own behind the command.
  package mutating func addMaking(of record: RunRecord, remark: String? = nil, ending: String) {
    addHeading("How this was made")
    addCode(record.command, language: "sh")
    if let remark { addParagraph(remark) }
    addParagraph(record.circumstances + ending)
  }
}

extension [String: Double] {
  /// Adds a mean under a name, and the deviation under that name followed by `_deviation`.
  package mutating func add(_ spread: Spread, as name: String) {
    self[name] = spread.mean
    self["\(name)_deviation"] = spread.standardDeviation
  }
}
