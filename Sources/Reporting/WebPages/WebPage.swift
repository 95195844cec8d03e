import Foundation
import Foundations

/// A page of a run, or of all runs, as one HTML file that opens from disk: its Markdown page with the figures in it, tables that
/// sort, what can be stepped through, and how the run was made.
///
/// The file holds the numbers of its viewers as well, so that it can be written anew from the Markdown page, the figures and the
/// record beside it (``viewers(inPageAt:)``).
public struct WebPage: Sendable {
  /// The file's name in the folder of a run.
  public static let fileName = "page.html"
  /// The file's name in the folder of all runs.
  public static let indexName = "index.html"

  private let markdown: String
  private let folder: String
  private let record: RunRecord?
  private let viewers: [StepViewer]
  private let figures: [String: String]

  /// A page.
  ///
  /// - Parameters:
  ///   - markdown: The text of the Markdown page.
  ///   - folder: Where its figures lie.
  ///   - record: The record of the run; nil for a page about several.
  ///   - viewers: What can be stepped through.
  ///   - figures: Drawings by the names of their files, in place of those that lie in the folder.
  public init(
    markdown: String, folder: String, record: RunRecord? = nil, viewers: [StepViewer] = [],
    figures: [String: String] = [:]
  ) {
    self.markdown = markdown
    self.folder = folder
    self.record = record
    self.viewers = viewers
    self.figures = figures
  }

  /// The viewers in a page that was written before; none where there is no page.
  ///
  /// - Throws: `ReportingError` where the page is not one that this library wrote.
  public static func viewers(inPageAt path: String) throws -> [StepViewer] {
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    let page = try readText(path)
    guard let start = page.range(of: dataStart),
      let end = page.range(of: dataEnd, range: start.upperBound..<page.endIndex)
    else { throw ReportingError("\(path): has no data of viewers, expected a page that a run wrote") }
    do {
      return try JSONDecoder().decode(
        [StepViewer].self, from: Data(page[start.upperBound..<end.lowerBound].utf8))
    } catch {
      throw ReportingError("\(path): its data of viewers cannot be read")
    }
  }

  private static let dataStart = "<script type=\"application/json\" id=\"viewer-data\">"
  private static let dataEnd = "</script>"

  /// The text of the file.
  ///
  /// - Throws: `ReportingError` for a figure that is missing.
  public func html() throws -> String {
    let document = MarkdownDocument(markdown)
    document.changeLinks(address)
    try document.changeImages(embedded)
    if !viewers.isEmpty { document.insertBeforeSections("<div id=\"viewers\"></div>") }
    let title = record?.title ?? document.title ?? "Results"
    let home = record == nil ? "" : "<nav><a href=\"../\(Self.indexName)\">All results</a></nav>\n"
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(SVGDocument.escaped(title))</title>
      <link rel="icon" href="data:,">
      <style>
      \(try Self.resource("page.css"))</style>
      </head>
      <body>
      \(home)<main>
      \(document.html)\(record.map { RunDetails(record: $0).html } ?? "")</main>
      \(Self.dataStart)\(try viewerData())\(Self.dataEnd)
      <script>
      \(try Self.script())</script>
      </body>
      </html>

      """
  }

  /// Writes the page, all of it or nothing.
  public func write(to path: String) throws {
    try StagedFile.write(try html(), to: path)
  }

  private func viewerData() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(viewers), as: UTF8.self)
    // Nothing in a script element may look like its end or like a comment.
    return text.replacingOccurrences(of: "<", with: "\\u003c")
  }

  /// The pages of runs are HTML beside their Markdown.
  private func address(of link: String) -> String {
    if link == Self.fileName { return "#viewers" }
    guard !link.contains(":"), let name = link.removingPercentEncoding else { return link }
    // The index of all runs names folders.
    let page = name.last == "/" ? name + "README.md" : name
    guard page.hasSuffix("/README.md") else { return link }
    let folderOfPage = "\(folder)/\(page.dropLast("/README.md".count))"
    guard FileManager.default.fileExists(atPath: "\(folderOfPage)/\(RunRecord.fileName)"),
      FileManager.default.fileExists(atPath: "\(folder)/\(page)")
    else { return link }
    return (link.last == "/" ? link : String(link.dropLast("README.md".count))) + Self.fileName
  }

  private func embedded(_ image: String) throws -> String {
    guard let name = image.removingPercentEncoding, !name.contains(":") else { return image }
    let path = "\(folder)/\(name)"
    guard let bytes = figures[name].map({ Data($0.utf8) }) ?? FileManager.default.contents(atPath: path)
    else {
      throw ReportingError("\(path): cannot be read, expected a figure of the page")
    }
    let kinds = ["svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg"]
    let ending = name.split(separator: ".").last.map { $0.lowercased() } ?? ""
    guard let kind = kinds[ending] else {
      throw ReportingError("\(path): expected a figure in svg, png or jpg")
    }
    return "data:\(kind);base64,\(bytes.base64EncodedString())"
  }

  /// The style sheet of every page, for a page that a server composes.
  public static func styleSheet() throws -> String { try resource("page.css") }

  /// The script of every page, for a page that a server composes: it shows a viewer by `energyPage.showViewer`.
  public static func script() throws -> String { try resource("panels.js") + resource("page.js") }

  /// A file of the pages' looks or behaviour.
  package static func resource(_ name: String) throws -> String {
    guard let folder = Bundle.module.resourceURL else {
      throw ReportingError("\(name): the resources of the package are missing")
    }
    return try readText(folder.appendingPathComponent("web/\(name)").path)
  }
}
