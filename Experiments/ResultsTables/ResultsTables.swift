import ArgumentParser
import EnergyTransformer
import Reporting

/// Rebuilds drawings, tables and web pages of the results from the run records beside them.
@main
struct ResultsTables: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "results-tables",
    abstract: "Rebuild drawings, tables and web pages of all results from the records of their runs.",
    discussion: """
      Reads every RESULTS/*/run.json and figures.json, then draws the figures again and rewrites the index in \
      RESULTS/README.md, the web pages and, in the README.md of each run, what stands between \
      <!-- table: NAME --> and <!-- /table -->. A bad file stops it before anything is written. Running it \
      twice changes nothing.
      """)

  @Option(help: "The folder that holds one folder for each run.")
  var results = "Results"

  @Option(help: "The folder of one run under the results: rebuild nothing but what is in it.")
  var only: String?

  func run() throws {
    let folder = ResultsFolder(path: results)
    let changed = try only.map { try folder.rebuild(only: $0) } ?? folder.rebuild()
    for path in changed { print("rebuilt \(path)") }
    if changed.isEmpty {
      let place = only.map { "\(results)/\($0)" } ?? results
      print("\(place): everything is up to date")
    }
  }
}
