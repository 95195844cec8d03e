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

  /// Rebuilds the index page, of every run the drawings from its `figures.json`, the marked tables of its page and its web page, and
  /// the tables and numbers of the pages that `words.json` names; returns the files it changed.
  ///
  /// Everything is read, checked and rendered before the first file is replaced. A second call changes
  /// nothing.
  ///
  /// - Throws: `ReportingError` naming the file and what is wrong with it: a bad record, a record that the index or
  ///   `words.json` names and that is not there, a sentence that no longer agrees with its record.
  @discardableResult
  public func rebuild() throws -> [String] {
    let changes = try changes()
    try StagedFile.write(changes)
    return changes.map(\.path)
  }

  /// What ``rebuild()`` would change, one line for each file, with the first of its lines that no longer agrees with the
  /// records; nothing is written.
  ///
  /// - Throws: As ``rebuild()``.
  public func outdated() throws -> [String] {
    try changes().map { path, text in
      guard let old = try? readText(path) else { return "\(path): missing" }
      let lines = [old, text].map { $0.split(separator: "\n", omittingEmptySubsequences: false) }
      let number = zip(lines[0], lines[1]).prefix { $0 == $1 }.count
      let found = number < lines[0].count ? lines[0][number] : ""
      let expected = number < lines[1].count ? lines[1][number] : ""
      return "\(path): line \(number + 1) reads \"\(found)\", expected \"\(expected)\""
    }
  }

  /// The files that no longer agree with the records, with what they should be.
  private func changes() throws -> [(path: String, text: String)] {
    let runs = try runs()
    let words = try RecordedWords.read(fromFolder: path)
    var changes: [(path: String, text: String)] = []
    for run in runs { try rebuild(run, &changes) }
    let values = RecordValues(records: Dictionary(uniqueKeysWithValues: runs.map { ($0.folder, $0.record) }))
    let ofIndex = words.pages.first { $0.path == "README.md" } ?? PageWords(path: "README.md")
    let index = try rebuildIndex(runs, ofIndex, values, &changes)
    for page in words.pages where page != ofIndex {
      _ = try rebuildPage("\(path)/\(page.path)", &changes) { try page.filled($0, from: values) }
    }
    replace("\(path)/\(WebPage.indexName)", with: try WebPage(markdown: index, folder: path).html(), &changes)
    return changes
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
    let tables = try run.record.renderedTables()
    let text = try rebuildPage(page, &changes) { try TableBlock.replacing(in: $0, tables: tables) }
    let web = "\(folder)/\(WebPage.fileName)"
    let viewers = try WebPage.viewers(inPageAt: web)
    if let overview = viewers.lazy.compactMap({ StepOverview($0) }).first {
      replace("\(folder)/\(StepOverview.fileName)", with: try overview.svg(), &changes)
    }
    let html = try WebPage(
      markdown: text, folder: folder, record: run.record, viewers: viewers, figures: drawings
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
    _ page: String, _ changes: inout [(path: String, text: String)], _ filled: (String) throws -> String
  ) throws -> String {
    let old = try readText(page)
    do {
      let new = try filled(old)
      replace(page, with: new, &changes)
      return new
    } catch let error as ReportingError {
      throw ReportingError("\(page): \(error.description)")
    }
  }

  /// Returns the text of the index page.
  private func rebuildIndex(
    _ runs: [Run], _ words: PageWords, _ values: RecordValues,
    _ changes: inout [(path: String, text: String)]
  ) throws -> String {
    let page = "\(path)/README.md"
    let index = Self.indexTable(runs)
    guard FileManager.default.fileExists(atPath: page) else {
      let text = Self.firstPage(index)
      replace(page, with: text, &changes)
      return text
    }
    let old = try readText(page)
    guard old.contains("<!-- table: \(Self.indexName) -->") else {
      throw ReportingError("\(page): no <!-- table: \(Self.indexName) --> block to put the index in")
    }
    if let gone = Self.foldersOfIndex(old).first(where: { values.records[$0] == nil }) {
      throw ReportingError(
        "\(page): has a line for \(gone), but there is no \(gone)/\(RunRecord.fileName); "
          + "take the line out where the run is to go")
    }
    return try rebuildPage(page, &changes) {
      try words.filled($0, from: values, others: [Self.indexName: index])
    }
  }

  /// The folders that the index on a page links to.
  private static func foldersOfIndex(_ page: String) -> [String] {
    page.split(separator: "\n").filter { $0.hasPrefix("| [") }.compactMap { line in
      guard let start = line.range(of: "]("), let end = line[start.upperBound...].range(of: "/) ") else {
        return nil
      }
      return String(line[start.upperBound..<end.lowerBound]).removingPercentEncoding
    }
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
