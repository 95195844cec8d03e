/// Tables between `<!-- table: name -->` and `<!-- /table -->` in a page written by hand or by a program.
public enum TableBlock {
  private static let end = "<!-- /table -->"

  /// A table between its markers, without a line break at the end.
  public static func text(name: String, table: MarkdownTable) -> String {
    "<!-- table: \(name) -->\n\n\(table.markdown)\n\(end)"
  }

  /// The page with every block rendered anew; everything outside the markers stays as it is, byte for byte.
  ///
  /// Markers inside fenced code are text like any other.
  /// - Throws: `ReportingError` for a name without a table, or a block that is opened or closed alone,
  ///   or Windows line ends.
  public static func replacing(in page: String, tables: [String: MarkdownTable]) throws -> String {
    // Swift takes "\r\n" for one character, so lines would not be found and nothing rebuilt, silently.
    if page.contains("\r\n") { throw ReportingError("has Windows line ends; expected plain line feeds") }
    var result: [Substring] = []
    var open: (name: String, line: Int)?
    var fence: Substring?
    for (index, line) in page.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if open == nil { fence = updatedFence(fence, line: line) }
      let marker = fence == nil ? trimmed(line) : ""
      if let started = open {
        if marker == end {
          open = nil
        } else if tableName(marker) != nil {
          throw ReportingError("line \(started.line): table \(started.name) has no \(end)")
        }
      } else if let name = tableName(marker) {
        guard let table = tables[name] else {
          let known = tables.keys.sorted().joined(separator: ", ")
          throw ReportingError("line \(index + 1): no table named \(name); known: \(known)")
        }
        open = (name, index + 1)
        result.append(Substring(text(name: name, table: table)))
      } else if marker == end {
        throw ReportingError("line \(index + 1): \(end) closes nothing")
      } else {
        result.append(line)
      }
    }
    if let open { throw ReportingError("line \(open.line): table \(open.name) has no \(end)") }
    return result.joined(separator: "\n")
  }

  private static func tableName(_ marker: Substring) -> String? {
    guard marker.hasPrefix("<!-- table: "), marker.hasSuffix(" -->") else { return nil }
    return String(trimmed(marker.dropFirst(12).dropLast(4)))
  }

  /// The backticks or tildes that opened the code the next line is in; nil outside code.
  private static func updatedFence(_ fence: Substring?, line: Substring) -> Substring? {
    let text = trimmed(line)
    guard let first = text.first, first == "`" || first == "~" else { return fence }
    let run = text.prefix { $0 == first }
    guard run.count >= 3 else { return fence }
    guard let fence else { return run }
    return run.count >= fence.count && first == fence.first && run.count == text.count ? nil : fence
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}
