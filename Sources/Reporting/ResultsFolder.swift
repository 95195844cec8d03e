import Foundation
import Foundations

/// A folder of runs, one folder each, whose drawings, tables and web pages can be rebuilt from their records.
public struct ResultsFolder: Sendable {
  /// The folder that holds the folders of the runs.
  public let path: String

  /// The name of the index table in the folder's own page.
  public static let indexName = "runs"

  /// The results under this path.
  public init(path: String) {
    self.path = path
  }

  /// One run: the name of its folder and its record.
  public struct Run: Sendable {
    /// The folder's name under the results.
    public let folder: String
    /// The record in its `run.json`.
    public let record: RunRecord
  }

  /// Every `*/run.json`, read and checked, sorted by folder.
  public func runs() throws -> [Run] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    } catch {
      throw ReportingError("\(path): cannot be read as a folder of results")
    }
    let runs = try names.compactMap { name -> Run? in
      let file = "\(path)/\(name)/\(RunRecord.fileName)"
      guard FileManager.default.fileExists(atPath: file) else { return nil }
      return Run(folder: name, record: try RunRecord.read(from: file))
    }
    if runs.isEmpty { throw ReportingError("\(path): no folder in it holds a \(RunRecord.fileName)") }
    return runs
  }

  /// Rebuilds the index page, and of every run the drawings from its `figures.json`, the marked tables of its page and its web
  /// page; returns the files it changed.
  ///
  /// Everything is read, checked and rendered before the first file is replaced. A second call changes
  /// nothing.
  @discardableResult
  public func rebuild() throws -> [String] {
    let runs = try runs()
    var changes: [(path: String, text: String)] = []
    for run in runs { try rebuild(run, &changes) }
    let index = try rebuildIndex(runs, &changes)
    replace("\(path)/\(WebPage.indexName)", with: try WebPage(markdown: index, folder: path).html(), &changes)
    try StagedFile.write(changes)
    return changes.map(\.path)
  }

  /// Rebuilds the drawings, tables and web page of one run, and nothing else; returns the files it changed.
  ///
  /// - Parameter folder: The folder's name under the results.
  @discardableResult
  public func rebuild(only folder: String) throws -> [String] {
    let file = "\(path)/\(folder)/\(RunRecord.fileName)"
    guard FileManager.default.fileExists(atPath: file) else {
      throw ReportingError("\(file): is not there, expected the record of a run")
    }
    var changes: [(path: String, text: String)] = []
    try rebuild(Run(folder: folder, record: try RunRecord.read(from: file)), &changes)
    try StagedFile.write(changes)
    return changes.map(\.path)
  }

  private func rebuild(_ run: Run, _ changes: inout [(path: String, text: String)]) throws {
    let folder = "\(path)/\(run.folder)"
    let drawings = try rebuildDrawings(folder, &changes)
    let page = "\(folder)/README.md"
    guard FileManager.default.fileExists(atPath: page) else { return }
    let text = try rebuildPage(page, tables: run.record.renderedTables(), &changes)
    let web = "\(folder)/\(WebPage.fileName)"
    let html = try WebPage(
      markdown: text, folder: folder, record: run.record, viewers: WebPage.viewers(inPageAt: web),
      figures: drawings
    ).html()
    replace(web, with: html, &changes)
  }

  /// Draws what the folder's `figures.json` holds; a folder without one keeps its drawings.
  private func rebuildDrawings(
    _ folder: String, _ changes: inout [(path: String, text: String)]
  ) throws -> [String: String] {
    let file = "\(folder)/\(FigureFile.fileName)"
    guard FileManager.default.fileExists(atPath: file) else { return [:] }
    let figures = try FigureFile(readingFrom: file)
    do {
      let drawings = try figures.drawings()
      for (name, text) in drawings { replace("\(folder)/\(name)", with: text, &changes) }
      return Dictionary(uniqueKeysWithValues: drawings.map { ($0.name, $0.text) })
    } catch let error as ReportingError {
      throw ReportingError("\(file): \(error.description)")
    }
  }

  /// Notes a file that is not there yet or has another text.
  private func replace(_ file: String, with text: String, _ changes: inout [(path: String, text: String)]) {
    if (try? readText(file)) != text { changes.append((file, text)) }
  }

  /// Returns the text of the page.
  private func rebuildPage(
    _ page: String, tables: [String: MarkdownTable], _ changes: inout [(path: String, text: String)]
  ) throws -> String {
    let old = try readText(page)
    do {
      let new = try TableBlock.replacing(in: old, tables: tables)
      replace(page, with: new, &changes)
      return new
    } catch let error as ReportingError {
      throw ReportingError("\(page): \(error.description)")
    }
  }

  /// Returns the text of the index page.
  private func rebuildIndex(
    _ runs: [Run], _ changes: inout [(path: String, text: String)]
  ) throws -> String {
    let page = "\(path)/README.md"
    let index = Self.indexTable(runs)
    guard FileManager.default.fileExists(atPath: page) else {
      let text = Self.firstPage(index)
      replace(page, with: text, &changes)
      return text
    }
    guard try readText(page).contains("<!-- table: \(Self.indexName) -->") else {
      throw ReportingError("\(page): no <!-- table: \(Self.indexName) --> block to put the index in")
    }
    return try rebuildPage(page, tables: [Self.indexName: index], &changes)
  }

  private static func firstPage(_ index: MarkdownTable) -> String {
    var page = MarkdownPage(title: "Results")
    page.addParagraph(
      "One line for every run. The numbers come from the `run.json` of each folder; `swift run "
        + "results-tables` rebuilds this table and those of the pages. A `+` behind a commit says that "
        + "the sources had changed since.")
    page.addTable(index, name: indexName)
    return page.markdown
  }

  /// The table of all runs: what was run, what came out, and how to run it again.
  public static func indexTable(_ runs: [Run]) -> MarkdownTable {
    var table = MarkdownTable(columns: ["experiment", "results", "command", "commit", "seed", "date"])
    for run in runs {
      let record = run.record
      table.addRow([
        .text("[\(record.title)](\(replacing(" ", with: "%20", in: run.folder))/)"),
        .text(record.headlineText), .code(record.commandLine), .text(record.commit.short),
        .text(String(record.seed)), .text(String(record.date.formatted(.iso8601).prefix(10))),
      ])
    }
    return table
  }
}

extension RunRecord {
  /// The tables of the run's page by name, filled from its summary.
  public func renderedTables() throws -> [String: MarkdownTable] {
    var rendered: [String: MarkdownTable] = [:]
    for recipe in tables { rendered[recipe.name] = try TableRecipe.render(recipe, summary: summary) }
    return rendered
  }

  /// The key numbers in one line, such as "test error 0.0198, images 1000".
  var headlineText: String {
    let names = headline.isEmpty ? Array(summary.keys.sorted().prefix(4)) : headline
    return names.compactMap { name in
      summary[name].map {
        name.replacingOccurrences(of: "_", with: " ") + " " + NumberText.significant($0, digits: 4)
      }
    }.joined(separator: ", ")
  }
}
