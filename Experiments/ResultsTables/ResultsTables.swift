import ArgumentParser
import EnergyTransformer
import Kit
import Reporting

/// Rebuilds every table of the results from the run records beside them.
@main
struct ResultsTables: ExperimentCommand {
  static let configuration = CommandConfiguration(
    commandName: "results-tables",
    abstract: "Rebuild the tables of all results from their run.json files.",
    discussion: """
      Reads every RESULTS/*/run.json, then rewrites the index in RESULTS/README.md and, in the README.md \
      of each run, what stands between <!-- table: NAME --> and <!-- /table -->. A bad run.json stops it \
      before anything is written. Running it twice changes nothing.
      """, version: SoftwareVersions.library)

  @Option(help: "The folder that holds one folder for each run.")
  var results = "Results"

  func validate() throws { try checkNames([("results", results)]) }

  func run() throws {
    let folder = ResultsFolder(path: results)
    let changed = try folder.rebuild()
    for path in changed { print("rebuilt \(path)") }
    if changed.isEmpty { print("\(results): every table is up to date") }
  }
}
