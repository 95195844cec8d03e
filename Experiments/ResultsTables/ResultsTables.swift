import ArgumentParser
import EnergyTransformer
import Kit
import Reporting

/// Rebuilds every drawing, table, number and web page of the results from the records of their runs.
@main
struct ResultsTables: ExperimentCommand {
  static let configuration = CommandConfiguration(
    commandName: "results-tables",
    abstract:
      "Rebuild drawings, tables, numbers and web pages of all results from the records of their runs.",
    discussion: """
      Reads every RESULTS/*/run.json and figures.json, then draws the figures again and rewrites the index in \
      RESULTS/README.md, the web pages and, in the README.md of each run, what stands between \
      <!-- table: NAME --> and <!-- /table -->. So it does in the pages that RESULTS/words.json names, the \
      package's README among them, with the numbers of the sentences listed there. A bad file, a record or a \
      number that a page needs and that is not there, and a verdict that is no longer that of the record stop it \
      before anything is written. Running it twice changes nothing.
      """, version: SoftwareVersions.library)

  @Option(help: "The folder that holds one folder for each run.")
  var results = "Results"

  @Flag(help: "Write nothing; say what is out of date, and fail if anything is.")
  var check = false

  @Option(
    help: "The folder of one run under the results: rebuild nothing but what is in it; all where left out.")
  var only: String?

  func validate() throws {
    try checkNames([("results", results), ("only", only)])
    if check && only != nil {
      throw ValidationError("--check looks at all results, so it has no meaning with --only")
    }
  }

  func run() throws {
    let folder = ResultsFolder(path: results)
    if check {
      let outdated = try folder.outdated()
      for line in outdated { print(line) }
      if !outdated.isEmpty { throw ExitCode.failure }
      return
    }
    let changed = try only.map { try folder.rebuild(only: $0) } ?? folder.rebuild()
    for path in changed { print("rebuilt \(path)") }
    if changed.isEmpty {
      let place = only.map { "\(results)/\($0)" } ?? results
      print("\(place): everything is up to date")
    }
  }
}
