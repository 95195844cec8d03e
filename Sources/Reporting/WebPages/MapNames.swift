/// What rows and columns of maps are called, such as the tokens that attend to each other: the page tells it under the pointer.
public struct MapNames: Codable, Equatable, Sendable {
  /// What one of the rows is called, and one of the columns.
  let row: String, column: String
  /// The names of rows and of columns for each group, or for each item and group; one list where all have the same.
  let rows: [[String]], columns: [[String]]

  /// Names of rows and columns.
  ///
  /// - Parameters:
  ///   - row: What one of the rows is called, such as a query.
  ///   - column: What one of the columns is called, such as a key.
  ///   - rows: The names of the rows for each group, or for each item and group, the groups of the first item first; or one list for all.
  ///   - columns: The names of the columns in the same way.
  public init(row: String, column: String, rows: [[String]], columns: [[String]]) {
    (self.row, self.column, self.rows, self.columns) = (row, column, rows, columns)
  }

  /// Whether they name every row and column of maps of a size in so many groups of so many items.
  package func fit(width: Int, height: Int, groupCount: Int, itemCount: Int) -> Bool {
    func fit(_ lists: [[String]], _ count: Int) -> Bool {
      [1, groupCount, itemCount * groupCount].contains(lists.count)
        && lists.allSatisfy { $0.count == count }
    }
    return fit(rows, height) && fit(columns, width)
  }
}
