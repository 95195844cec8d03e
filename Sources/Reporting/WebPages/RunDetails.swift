import Foundation

/// How a run was made, as a part of its web page that opens on demand.
struct RunDetails {
  let record: RunRecord

  var html: String {
    let commit = record.commit.short
    let facts = [
      ("Command", "<code>\(SVGDocument.escaped("swift run -c release " + record.commandLine))</code>"),
      ("Seed", "\(record.seed)"), ("Commit", SVGDocument.escaped(commit)),
      ("Date", record.date.formatted(.iso8601)),
      (
        "Machine",
        SVGDocument.escaped(
          "\(record.machine.processor), \(record.machine.coreCount) cores, \(record.machine.operatingSystem)")
      ),
    ]
    return """
      <details id="run">
      <summary>Options, seed, commit and data of this run</summary>
      \(table("Run", facts))\(table("Options", texts(record.options)))\(table("Versions", texts(record.versions)))\
      \(table("Data", record.data.map { (SVGDocument.escaped($0.name), data($0)) }))\
      \(table("Seconds", numbers(record.timings)))\(table("Numbers", numbers(record.summary)))</details>

      """
  }

  private func data(_ file: DataFingerprint) -> String {
    "\(file.count) from \(SVGDocument.escaped(file.path)), SHA-256 <code>\(SVGDocument.escaped(file.sha256))</code>"
  }

  private func texts(_ values: [String: String]) -> [(String, String)] {
    values.sorted { $0.key < $1.key }.map { (SVGDocument.escaped($0.key), SVGDocument.escaped($0.value)) }
  }

  private func numbers(_ values: [String: Double]) -> [(String, String)] {
    values.sorted { $0.key < $1.key }.map {
      (SVGDocument.escaped($0.key), NumberText.significant($0.value, digits: 6))
    }
  }

  private func table(_ caption: String, _ rows: [(String, String)]) -> String {
    guard !rows.isEmpty else { return "" }
    let body = rows.map { "<tr><th scope=\"row\">\($0.0)</th><td>\($0.1)</td></tr>" }
    return
      "<table class=\"facts\"><caption>\(caption)</caption><tbody>\n\(body.joined(separator: "\n"))\n</tbody></table>\n"
  }
}
