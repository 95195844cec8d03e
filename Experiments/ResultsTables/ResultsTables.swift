import ArgumentParser
import EnergyTransformer
import Reporting

/// Rebuilds every table and number of the results' pages from the run records beside them.
@main
struct ResultsTables: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "results-tables",
    abstract: "Rebuild the tables and numbers of all pages from the run.json files.",
    discussion: """
      Reads every RESULTS/*/run.json, then rewrites the index in RESULTS/README.md and, in the README.md \
      of each run, what stands between <!-- table: NAME --> and <!-- /table -->. So it does in the pages that \
      RESULTS/words.json names, the package's README among them, with the numbers of the sentences listed \
      there. A bad run.json, a record or a number that a page needs and that is not there, and a verdict \
      that is no longer that of the record stop it before anything is written. Running it twice changes \
      nothing.
      """)

  @Option(help: "The folder that holds one folder for each run.")
  var results = "Results"

  @Flag(help: "Write nothing; say what is out of date, and fail if anything is.")
  var check = false

  func run() throws {
    let folder = ResultsFolder(path: results)
    if check {
      let outdated = try folder.outdated()
      for line in outdated { print(line) }
      if !outdated.isEmpty { throw ExitCode.failure }
      return
    }
    let changed = try folder.rebuild()
    for path in changed { print("rebuilt \(path)") }
    if changed.isEmpty { print("\(results): every table is up to date") }
  }
}
