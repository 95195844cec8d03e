import Reporting

/// Text in HTML.
enum Markup {
  /// Text inside an element or an attribute.
  static func escaped(_ text: String) -> String { SVGDocument.escaped(text) }

  /// Text of several lines, with its line breaks.
  static func escapedLines(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { escaped(String($0)) }
      .joined(separator: "\n")
  }
}
