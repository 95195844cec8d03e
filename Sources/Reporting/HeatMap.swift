/// Cells in rows and columns, each of one of a few groups and with a word in it, drawn as SVG: equal input gives equal
/// bytes.
public struct HeatMap: Codable, Equatable, Sendable {
  /// One cell.
  public struct Cell: Codable, Equatable, Sendable {
    /// Its group, which sets the colour.
    public var group: Int
    /// The text in it; may be empty.
    public var label: String

    /// A cell of a group.
    public init(group: Int, label: String = "") {
      (self.group, self.label) = (group, label)
    }
  }

  /// The title above.
  public var title: String
  /// The title of the columns.
  public var xTitle: String
  /// The title of the rows.
  public var yTitle: String
  /// The names of the groups, in the order of their numbers, for the legend.
  public var groups: [String]
  /// The names of the columns.
  public var columns: [String]
  /// The names of the rows, from the top.
  public var rows: [String]
  /// The cells, row by row.
  public var cells: [[Cell]]
  /// The sides of a cell in pixels.
  public var cellWidth = 44, cellHeight = 30

  /// A map with its names and cells.
  public init(
    title: String, xTitle: String, yTitle: String, groups: [String], columns: [String], rows: [String],
    cells: [[Cell]]
  ) {
    (self.title, self.xTitle, self.yTitle) = (title, xTitle, yTitle)
    (self.groups, self.columns, self.rows, self.cells) = (groups, columns, rows, cells)
  }

  /// The drawing as text.
  ///
  /// - Throws: `ReportingError` for no cells, a row of another length, or a cell whose group has no name.
  public func svg() throws -> String {
    guard !rows.isEmpty && !columns.isEmpty else {
      throw ReportingError("heat map \(title): no cells to draw")
    }
    guard cells.count == rows.count else {
      throw ReportingError("heat map \(title): \(cells.count) rows of cells, expected \(rows.count)")
    }
    for (name, row) in zip(rows, cells) {
      guard row.count == columns.count else {
        throw ReportingError(
          "heat map \(title): row \(name): \(row.count) cells, expected \(columns.count)")
      }
      if let bad = row.firstIndex(where: { !groups.indices.contains($0.group) }) {
        throw ReportingError(
          "heat map \(title): row \(name), column \(columns[bad]): group \(row[bad].group), expected one of "
            + "\(groups.count)")
      }
    }
    return Drawing(self).content
  }
}

extension HeatMap: Figure {
  /// The map itself, which has no numbers.
  public func rounded() -> HeatMap { self }
}
