/// A section of a run's page: text, tables and figures in their order, with the numbers that enter the run's summary.
///
/// ```swift
/// var section = PageSection("How much is stored")
/// section.addParagraph("Patterns are stored, more and more.")
/// section.addTable(
///   "capacity", columns: ["Memory", "patterns"], digits: 0,
///   rows: memories.map { ($0.label, [.number("capacity_\($0.key)", $0.capacity)]) })
/// section.addFigure("capacity.svg", plot, caption: "Errors against patterns stored")
/// ```
///
/// ``RunReport`` writes sections as a page, with its figures and the record of the run.
public struct PageSection: Sendable {
  /// The numbers of the section by their names in the summary, those of its tables among them.
  public var summary: [String: Double] = [:]
  /// How its tables follow from the summary.
  public private(set) var tables: [TableRecipe] = []
  private var parts: [Part] = []
  private var files: [(name: String, content: any ResultFile)] = []

  private enum Part: Sendable {
    case heading(String, level: Int)
    case paragraph(String)
    case code(String, language: String)
    case table(MarkdownTable)
    case recipe(TableRecipe)
    case image(String, caption: String)
  }

  /// A section with its heading.
  public init(_ heading: String, level: Int = 2) {
    parts = [.heading(heading, level: level)]
  }

  /// Adds a heading below that of the section.
  public mutating func addHeading(_ text: String, level: Int = 3) {
    parts.append(.heading(text, level: level))
  }

  /// Adds a paragraph of Markdown text.
  public mutating func addParagraph(_ text: String) {
    parts.append(.paragraph(text))
  }

  /// Adds a block of code.
  public mutating func addCode(_ code: String, language: String = "") {
    parts.append(.code(code, language: language))
  }

  /// Adds a table whose numbers enter the summary.
  ///
  /// - Parameters:
  ///   - name: The table's name in the page and the record.
  ///   - columns: The headings; the first stands over the labels.
  ///   - digits: Digits behind the decimal point.
  ///   - columnDigits: Digits for each column of numbers where they differ.
  ///   - best: Which end of every column is printed bold; none when nil.
  ///   - rows: Labels, each with a cell for every further column.
  public mutating func addTable(
    _ name: String, columns: [String], digits: Int, columnDigits: [Int]? = nil,
    best: TableRecipe.Best? = nil, rows: [(label: String, cells: [MeasuredCell])]
  ) {
    addNumbers(rows.flatMap(\.cells))
    addTable(
      TableRecipe(
        name: name, columns: columns,
        rows: rows.map { .init(label: $0.label, summaryKeys: $0.cells.map(\.text)) }, digits: digits,
        columnDigits: columnDigits, best: best))
  }

  /// Adds a table with a row for each of some things, such as methods, and a column for each of others, such as data sets.
  ///
  /// - Parameters:
  ///   - name: The table's name in the page and the record.
  ///   - title: What stands over the labels of the rows.
  ///   - rows: What has a row, each with its label.
  ///   - columns: What has a column, each with its title.
  ///   - digits: Digits behind the decimal point.
  ///   - best: Which end of every column is printed bold; none when nil.
  ///   - cell: What a row has in a column.
  public mutating func addTable<Row, Column>(
    _ name: String, _ title: String, rows: [(label: String, value: Row)],
    columns: [(title: String, value: Column)], digits: Int, best: TableRecipe.Best? = nil,
    cell: (Row, Column) throws -> MeasuredCell
  ) rethrows {
    addTable(
      name, columns: [title] + columns.map(\.title), digits: digits, best: best,
      rows: try rows.map { row in (row.label, try columns.map { try cell(row.value, $0.value) }) })
  }

  /// Adds numbers of cells to the summary, without a table.
  public mutating func addNumbers(_ cells: [MeasuredCell]) {
    for cell in cells { summary.merge(cell.numbers) { $1 } }
  }

  /// Adds a table of numbers that the summary has anyway.
  public mutating func addTable(_ recipe: TableRecipe) {
    tables.append(recipe)
    parts.append(.recipe(recipe))
  }

  /// Adds a table that is no part of the record.
  public mutating func addTable(_ table: MarkdownTable) {
    parts.append(.table(table))
  }

  /// Adds a figure, written as a file of this name beside the page.
  public mutating func addFigure(_ name: String, _ figure: some ResultFile, caption: String) {
    addFile(name, figure)
    parts.append(.image(name, caption: caption))
  }

  /// Adds a file that the page does not show.
  public mutating func addFile(_ name: String, _ file: some ResultFile) {
    files.append((name, file))
  }

  /// The figures that are kept as numbers, by the names of their files.
  var figures: [String: any Figure] {
    files.reduce(into: [:]) { figures, file in
      if let figure = file.content as? any Figure { figures[file.name] = figure }
    }
  }

  /// Writes pictures and other files that are not kept as numbers.
  func writeFiles(toFolder folder: String) throws {
    for file in files where !(file.content is any Figure) {
      try file.content.write(to: "\(folder)/\(file.name)")
    }
  }

  /// Adds everything to a page, with the numbers of a run's whole summary.
  func add(to page: inout MarkdownPage, summary: [String: Double]) throws {
    for part in parts {
      switch part {
      case .heading(let text, let level): page.addHeading(text, level: level)
      case .paragraph(let text): page.addParagraph(text)
      case .code(let code, let language): page.addCode(code, language: language)
      case .table(let table): page.addTable(table)
      case .recipe(let recipe): try page.addTable(recipe, summary: summary)
      case .image(let name, let caption): page.addImage(name, caption: caption)
      }
    }
  }
}

/// A cell of a table with the numbers in it, each by its name in the summary of the run.
///
/// Name and number stand in one place, so that a page cannot say anything but the record of its run.
public struct MeasuredCell: Equatable, Sendable {
  /// The cell as ``TableRecipe`` writes it.
  let text: String
  /// What enters the summary.
  let numbers: [String: Double]

  /// Nothing was measured.
  public static let missing = MeasuredCell(text: "", numbers: [:])

  /// A number; missing where there is none.
  public static func number(_ name: String, _ value: Double?) -> MeasuredCell {
    value.map { MeasuredCell(text: name, numbers: [name: $0]) } ?? .missing
  }

  /// A number that the true one is at least, because the measurement stopped there.
  public static func atLeast(_ name: String, _ value: Double) -> MeasuredCell {
    MeasuredCell(text: TableRecipe.atLeast + name, numbers: [name: value])
  }

  /// A mean under a name, and its deviation under that name followed by `_deviation`.
  public static func spread(_ name: String, _ spread: Spread) -> MeasuredCell {
    MeasuredCell(
      text: "\(name) ± \(name)_deviation",
      numbers: [name: spread.mean, "\(name)_deviation": spread.standardDeviation])
  }

  /// Numbers that enter the summary elsewhere, spelled as in ``TableRecipe``.
  public static func summary(_ text: String) -> MeasuredCell { MeasuredCell(text: text, numbers: [:]) }
}
