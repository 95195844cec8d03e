import Foundations

/// A Markdown page put together part by part.
public struct MarkdownPage: Equatable, Sendable {
  private var parts: [String] = []

  /// A page with its title.
  public init(title: String) {
    addHeading(title, level: 1)
  }

  /// Adds a heading; 1 is the title, 2 a section.
  public mutating func addHeading(_ text: String, level: Int = 2) {
    require((1...6).contains(level), "heading level \(level)")
    parts.append(String(repeating: "#", count: level) + " " + text)
  }

  /// Adds a paragraph of Markdown text.
  public mutating func addParagraph(_ text: String) {
    parts.append(text)
  }

  /// Adds a table; with a name it stands between markers and can be rebuilt in place later.
  public mutating func addTable(_ table: MarkdownTable, name: String? = nil) {
    let text = String(table.markdown.dropLast())
    parts.append(name.map { TableBlock.text(name: $0, table: table) } ?? text)
  }

  /// Adds a table of a run record, rebuilt in place by `results-tables`.
  public mutating func addTable(_ recipe: TableRecipe, summary: [String: Double]) throws {
    addTable(try TableRecipe.render(recipe, summary: summary), name: recipe.name)
  }

  /// Adds an image with its caption; the path is relative to the page.
  public mutating func addImage(_ path: String, caption: String) {
    let alternative = String(
      String.UnicodeScalarView(caption.unicodeScalars.filter { !"[]\r\n".unicodeScalars.contains($0) }))
    let target = path.utf8.contains(where: { " ()".utf8.contains($0) }) ? "<\(path)>" : path
    parts.append("![\(alternative)](\(target))\n\n*\(caption)*")
  }

  /// Adds a block of code, fenced with more backticks than the code holds in a row.
  public mutating func addCode(_ code: String, language: String = "") {
    let fence = backticks(around: code, atLeast: 3)
    let isEnded = code.utf8.last == UInt8(ascii: "\n")
    parts.append("\(fence)\(language)\n\(isEnded ? String(code.dropLast()) : code)\n\(fence)")
  }

  /// The page as text: parts with an empty line between them.
  public var markdown: String {
    parts.joined(separator: "\n\n") + "\n"
  }

  /// Writes the page, all of it or nothing.
  public func write(to path: String) throws {
    try StagedFile.write(markdown, to: path)
  }
}

/// More backticks than the code holds in a row.
func backticks(around code: String, atLeast least: Int) -> String {
  let longest = code.utf8.split(whereSeparator: { $0 != UInt8(ascii: "`") }).map(\.count).max() ?? 0
  return String(repeating: "`", count: max(least, longest + 1))
}
