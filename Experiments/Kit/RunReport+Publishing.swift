import EnergyTransformer
package import Reporting

extension RunRecord {
  /// Records the libraries behind the numbers of this process.
  package mutating func addSystemLibraries() {
    versions["matrix_library"] = SystemLibraries.matrixProducts
    versions["vector_unit"] = SystemLibraries.vectorUnit
  }
}

extension RunReport {
  /// Writes everything into a folder and prints the tables.
  package func publish(in folder: String) throws {
    try write(toFolder: folder)
    for table in try tables() { print(table.markdown) }
    print("Page: \(folder)/\(WebPage.fileName)")
  }
}

extension PageSection {
  /// The end of a page: how its run was made, in words that `ending` goes on with behind the number of threads.
  ///
  /// - Parameter remark: A paragraph of its own behind the command.
  package static func making(of record: RunRecord, remark: String? = nil, ending: String) -> PageSection {
    var section = PageSection("How this was made")
    section.addCode("swift run -c release \(record.commandLine)", language: "sh")
    if let remark { section.addParagraph(remark) }
    section.addParagraph(
      "Seed \(record.seed), commit \(record.commit.short), \(record.machine.processor), "
        + "\(Parallelism.threadCount) threads" + ending)
    return section
  }
}
