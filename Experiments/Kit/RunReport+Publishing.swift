import EnergyTransformer
package import Reporting

extension RunReport {
  /// Writes everything into a folder and prints the tables.
  package func publish(in folder: String) throws {
    try write(toFolder: folder)
    for table in try tables() { print(table.markdown) }
    print("Page: \(folder)/README.md")
  }
}

extension PageSection {
  /// The end of a page: how its run was made, in words that `ending` goes on with behind the number of threads.
  package static func making(of record: RunRecord, ending: String) -> PageSection {
    var section = PageSection("How this was made")
    section.addCode(record.command, language: "sh")
    section.addParagraph(record.circumstances + ending)
    return section
  }
}
