import EnergyTransformer
import Foundation

/// The page and the record of a run.
struct Report {
  let findings: [any Finding]

  /// Writes everything to a folder and prints the tables.
  func write(_ record: RunRecord, to folder: String) throws {
    var record = record
    record.summary = findings.reduce(into: [:]) { $0.merge($1.summary) { $1 } }
    record.tables = findings.flatMap(\.tables)
    record.headline = [
      "modern_recalled_d64", "stream_bandwidth_share", "stream_peak_share", "faiss_ratio_1",
      "faiss_ratio_256",
    ].filter { record.summary[$0] != nil }
    for finding in findings { try finding.writeFiles(to: folder) }
    try page(record).write(to: "\(folder)/README.md")
    try record.write(toFolder: folder)
    for table in record.tables { print(try TableRecipe.render(table, summary: record.summary).markdown) }
    print("Page: \(folder)/README.md")
  }

  private func page(_ record: RunRecord) throws -> MarkdownPage {
    var page = MarkdownPage(title: record.title)
    page.addParagraph(
      "How much do associative memories store, what do they make of a spoiled or half-hidden pattern, and how fast do they "
        + "find one among a million? Every memory of this package, measured beside what theory says of it. Patterns, cues "
        + "and queries are drawn anew from the seed; lines of theory are computed, not fitted.")
    for finding in findings { try finding.addSection(to: &page, summary: record.summary) }
    page.addHeading("How this was made")
    page.addCode("swift run -c release \(record.commandLine)", language: "sh")
    page.addParagraph(
      "Seed \(record.seed), commit \(record.commit.short), \(record.machine.processor), "
        + "\(record.options["threads"] ?? "?") threads, \(Int((record.timings["total"] ?? 0).rounded())) s. "
        + "Everything is in run.json; the points of the curves are in the CSV files.")
    return page
  }
}
