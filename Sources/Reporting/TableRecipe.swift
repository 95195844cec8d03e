/// How a table of a page follows from the summary of a run.
///
/// A cell names one number of the summary, or two joined by " ± " (a mean and its deviation) or by " … " (the ends of an
/// interval), or begins with "at least " (a measurement that stopped), or is empty for "not measured":
///
///     TableRecipe(
///       name: "errors", columns: ["model", "test error"],
///       rows: [.init(label: "energy transformer", summaryKeys: ["et_mean ± et_deviation"])],
///       digits: 4, best: .lowest)
public struct TableRecipe: Codable, Equatable, Sendable {
  /// The end of a column that is the better one.
  public enum Best: String, Codable, Sendable {
    case lowest, highest
  }

  /// One line of the table.
  public struct Row: Codable, Equatable, Sendable {
    /// The text in the first column.
    public var label: String
    /// One cell for every further column.
    public var summaryKeys: [String]

    private enum CodingKeys: String, CodingKey {
      case label
      case summaryKeys = "summary_keys"
    }

    /// A line with its label and its cells.
    public init(label: String, summaryKeys: [String]) {
      self.label = label
      self.summaryKeys = summaryKeys
    }
  }

  /// The name in the page's `<!-- table: name -->` marker.
  public var name: String
  /// The headings; the first stands over the labels, so there is one more than a row has cells.
  public var columns: [String]
  /// The lines, from the top.
  public var rows: [Row]
  /// Digits behind the decimal point.
  public var digits: Int
  /// Digits for each column of numbers where they differ, instead of `digits`.
  public var columnDigits: [Int]?
  /// The end of every column that is printed bold; none when nil.
  public var best: Best?

  private enum CodingKeys: String, CodingKey {
    case name, columns, rows, digits, best
    case columnDigits = "column_digits"
  }

  /// A table by its headings and the names of its numbers.
  public init(
    name: String, columns: [String], rows: [Row], digits: Int, columnDigits: [Int]? = nil, best: Best? = nil
  ) {
    self.name = name
    self.columns = columns
    self.rows = rows
    self.digits = digits
    self.columnDigits = columnDigits
    self.best = best
  }
}
