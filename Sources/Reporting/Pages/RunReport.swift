/// The files that a run writes to its folder: the page `README.md`, the same as a web page in one file `page.html`, the figures on
/// it, which `figures.json` keeps as numbers, other files, `overview.svg` of the first viewer that has pictures and curves, and
/// `run.json`.
///
/// Summary and tables of the record are those of the sections, so that page and record tell the same.
public struct RunReport: Sendable {
  /// The record, with summary, tables and headline of the sections.
  public let record: RunRecord
  /// The paragraphs below the title.
  public let introduction: [String]
  /// The sections of the page.
  public let sections: [PageSection]
  /// What can be stepped through on the web page.
  public let viewers: [StepViewer]

  /// A report of a run.
  ///
  /// - Parameters:
  ///   - record: What is known of the run besides the sections. Of its headline, numbers that were not measured are
  ///     left out.
  ///   - introduction: Paragraphs below the title.
  ///   - sections: The sections of the page, in their order.
  ///   - viewers: What can be stepped through on the web page.
  /// - Throws: `ReportingError` where two sections have different numbers of one name.
  public init(
    _ record: RunRecord, introduction: [String], sections: [PageSection], viewers: [StepViewer] = []
  ) throws {
    var record = record
    for section in sections {
      for (name, value) in section.summary {
        if let other = record.summary[name], other != value {
          throw ReportingError("summary: \(name) is \(other) in one section and \(value) in another")
        }
        record.summary[name] = value
      }
      record.tables += section.tables
    }
    record.headline = record.headline.filter { record.summary[$0] != nil }
    (self.record, self.introduction, self.sections) = (record, introduction, sections)
    self.viewers = viewers
  }

  /// The page.
  ///
  /// - Throws: `ReportingError` for a table that the summary cannot fill.
  public func page() throws -> MarkdownPage {
    var page = MarkdownPage(title: record.title)
    for text in introduction { page.addParagraph(text) }
    if !viewers.isEmpty {
      let names = listed(viewers.map(\.title))
      page.addParagraph("To step through, in a browser: [\(names)](\(WebPage.fileName)).")
    }
    for section in sections { try section.add(to: &page, summary: record.summary) }
    return page
  }

  /// The tables of the record, filled, one after the other.
  public func tables() throws -> [MarkdownTable] {
    try record.tables.map { try TableRecipe.render($0, summary: record.summary) }
  }

  /// Writes files, page and record into a folder that exists.
  ///
  /// - Throws: `ReportingError` for a record that could not be trusted, or a file that cannot be written.
  public func write(toFolder folder: String) throws {
    for section in sections { try section.writeFiles(toFolder: folder) }
    if let overview = viewers.lazy.compactMap({ StepOverview($0) }).first {
      try overview.write(to: "\(folder)/\(StepOverview.fileName)")
    }
    try FigureFile(sections.reduce(into: [:]) { $0.merge($1.figures) { $1 } }).write(toFolder: folder)
    let page = try page()
    try page.write(to: "\(folder)/README.md")
    try WebPage(markdown: page.markdown, folder: folder, record: record, viewers: viewers)
      .write(to: "\(folder)/\(WebPage.fileName)")
    try record.write(toFolder: folder)
  }
}

/// A file that a run writes beside its page: a figure, or a table of points.
public protocol ResultFile: Sendable {
  /// Writes the file, all of it or nothing.
  ///
  /// - Throws: `ReportingError` for what cannot be drawn or written.
  func write(to path: String) throws
}

extension CSVTable: ResultFile {}
extension PictureGrid: ResultFile {}
