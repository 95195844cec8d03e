import Foundations

/// A Markdown table whose columns line up in the source as well.
public struct MarkdownTable: Equatable, Sendable {
  /// The content of one cell.
  public enum Cell: Equatable, Sendable {
    /// Words; a vertical bar and line breaks are made safe.
    case text(String)
    /// Something to be typed, in a monospaced face.
    case code(String)
    /// A number with fixed decimals, "1.2e-07" where these would show only zeros.
    case number(Double, digits: Int)
    /// A number that the true one is at least.
    case atLeast(Double, digits: Int)
    /// A mean with its standard deviation.
    case spread(mean: Double, deviation: Double, digits: Int)
    /// An interval by its ends.
    case interval(from: Double, to: Double, digits: Int)
    /// Not measured: a dash.
    case missing
  }

  /// The headings.
  public let columns: [String]
  /// The lines added so far.
  public private(set) var rows: [[Cell]] = []
  private var bold: Set<[Int]> = []

  /// An empty table with these headings.
  public init(columns: [String]) {
    require(!columns.isEmpty, "a table needs at least one column")
    self.columns = columns
  }

  /// A table of lines, with one cell for every column.
  public init(columns: [String], rows: [[Cell]]) {
    self.init(columns: columns)
    for row in rows { addRow(row) }
  }

  /// Adds a line: one cell for every column.
  public mutating func addRow(_ cells: [Cell]) {
    require(
      cells.count == columns.count, "row of \(cells.count) cells, table of \(columns.count) columns")
    rows.append(cells)
  }

  /// Prints the lowest or highest number of a column bold; every cell that prints the same shares it.
  public mutating func markBest(_ best: TableRecipe.Best, inColumn column: Int) {
    require(columns.indices.contains(column), "column \(column) of \(columns.count)")
    let values = rows.map { $0[column].value }
    let known = values.compactMap { $0 }.filter(\.isFinite)
    guard known.count > 1, let winner = best == .lowest ? known.min() : known.max() else { return }
    guard let winning = values.firstIndex(of: winner) else { return }
    let printed = rows[winning][column].mean
    for row in rows.indices where rows[row][column].mean == printed && values[row] != nil {
      bold.insert([row, column])
    }
  }

  /// The table as text, ending with a line break; columns that hold only numbers are set flush right.
  public var markdown: String {
    let body = rows.enumerated().map { row, cells in
      cells.enumerated().map { column, cell in
        bold.contains([row, column]) ? "**\(cell.markdown)**" : cell.markdown
      }
    }
    let head = columns.map { Cell.text($0).markdown }
    let widths = columns.indices.map { column in
      ([head] + body).map { $0[column].count }.reduce(3, max)
    }
    let right = columns.indices.map { isNumeric(column: $0) }
    let rule = widths.indices.map { index in
      String(repeating: "-", count: widths[index] - (right[index] ? 1 : 0)) + (right[index] ? ":" : "")
    }
    return ([head, rule] + body).map { line($0, widths: widths, right: right) }.joined()
  }

  private func isNumeric(column: Int) -> Bool {
    !rows.isEmpty && rows.allSatisfy { $0[column].isNumeric }
  }

  private func line(_ cells: [String], widths: [Int], right: [Bool]) -> String {
    let padded = cells.indices.map { index in
      let space = String(repeating: " ", count: widths[index] - cells[index].count)
      return right[index] ? space + cells[index] : cells[index] + space
    }
    return "| " + padded.joined(separator: " | ") + " |\n"
  }
}

extension MarkdownTable.Cell {
  fileprivate var value: Double? {
    switch self {
    case .number(let value, _), .atLeast(let value, _), .spread(let value, _, _): value
    case .text, .code, .interval, .missing: nil
    }
  }

  fileprivate var isNumeric: Bool {
    switch self {
    case .text, .code: false
    case .number, .atLeast, .spread, .interval, .missing: true
    }
  }

  /// The number as printed, without its deviation.
  fileprivate var mean: String? {
    switch self {
    case .number(let value, let digits), .atLeast(let value, let digits), .spread(let value, _, let digits):
      NumberText.fixed(value, digits: digits)
    case .text, .code, .interval, .missing: nil
    }
  }

  fileprivate var markdown: String {
    switch self {
    case .text(let text):
      return Self.escaped(text)
    case .code(let code):
      let fence = backticks(around: code, atLeast: 1)
      let space = fence.count > 1 ? " " : ""
      return code.isEmpty ? "" : fence + space + Self.escaped(code) + space + fence
    case .number(let value, let digits):
      require(value.isFinite, "a table cell is \(value); results must be finite")
      return NumberText.fixed(value, digits: digits)
    case .atLeast(let value, let digits):
      require(value.isFinite, "a table cell is at least \(value); results must be finite")
      return TableRecipe.atLeast + NumberText.fixed(value, digits: digits)
    case .spread(let mean, let deviation, let digits):
      require(mean.isFinite && deviation.isFinite, "a table cell is \(mean) ± \(deviation)")
      return NumberText.fixed(mean, digits: digits) + " ± " + NumberText.fixed(deviation, digits: digits)
    case .interval(let low, let high, let digits):
      require(low.isFinite && high.isFinite, "a table cell is \(low) … \(high); results must be finite")
      return NumberText.fixed(low, digits: digits) + " … " + NumberText.fixed(high, digits: digits)
    case .missing:
      return "–"
    }
  }

  private static func escaped(_ text: String) -> String {
    replacing("|", with: "\\|", in: text.split(whereSeparator: \.isNewline).joined(separator: " "))
  }
}

extension MarkdownTable.Cell {
  /// A spread as mean ± standard deviation; the mean alone for a single value.
  public static func spread(_ spread: Spread, digits: Int) -> Self {
    spread.count > 1
      ? .spread(mean: spread.mean, deviation: spread.standardDeviation, digits: digits)
      : .number(spread.mean, digits: digits)
  }
}
