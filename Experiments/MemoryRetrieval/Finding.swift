import EnergyTransformer

/// What a part of the measurements found: its numbers, its figures and its section of the page.
protocol Finding {
  /// Names and numbers of the summary.
  var summary: [String: Double] { get }
  /// The tables of the section, filled from the summary.
  var tables: [TableRecipe] { get }
  /// Writes figures and tables of points.
  func writeFiles(to folder: String) throws
  /// Adds the section.
  func addSection(to page: inout MarkdownPage, summary: [String: Double]) throws
}

extension Finding {
  /// The table of this name.
  func add(_ name: String, to page: inout MarkdownPage, _ summary: [String: Double]) throws {
    for table in tables where table.name == name { try page.addTable(table, summary: summary) }
  }
}
