import ArgumentParser
import DocumentationSite
import Foundation

/// Builds the documentation's pages and follows their links.
@main
struct DocumentationSiteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "documentation-site",
    abstract: "Build the documentation as pages that open from disk, and check the links of pages.",
    subcommands: [Build.self, CheckLinks.self])
}

struct Build: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write plain HTML pages of what `docc convert` wrote.")

  @Option(help: "The folder that `docc convert` wrote.")
  var archive: String

  @Option(help: "The module whose page lists the articles.")
  var root = "EnergyTransformer"

  @Option(help: "The folder of results, whose pages are copied.")
  var results = "Results"

  @Option(help: "The folder of the site.")
  var output: String

  func run() throws {
    let count = try Site(archive: archive, root: root, results: results).write(to: output)
    print("\(output)/index.html: \(count) pages")
  }
}

struct CheckLinks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-links",
    abstract: "Follow every relative link and anchor of Markdown and HTML pages.",
    discussion: "Addresses on the web are counted, and listed on request, but not fetched.")

  @Option(help: "The folder that pages are named from, which no link may leave.")
  var folder = "."

  @Flag(help: "List the addresses on the web.")
  var external = false

  @Argument(help: "The pages, by their paths from the folder.")
  var files: [String]

  func run() throws {
    let checker = try LinkChecker(folder: folder, files: files)
    for finding in checker.findings { print(finding) }
    if external { for address in checker.external.sorted() { print(address) } }
    print(
      "\(folder): \(files.count) pages, \(checker.linkCount) links, \(checker.findings.count) broken;"
        + " \(checker.external.count) addresses on the web, not fetched")
    if !checker.findings.isEmpty { throw ExitCode.failure }
  }
}
