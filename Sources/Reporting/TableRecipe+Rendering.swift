import Foundation

extension TableRecipe {
  /// The table filled with the numbers of a summary.
  ///
  /// - Throws: `ReportingError` listing every cell the summary cannot fill.
  public static func render(_ recipe: TableRecipe, summary: [String: Double]) throws -> MarkdownTable {
    let faults = recipe.faults(summary: summary)
    guard faults.isEmpty else { throw ReportingError(faults.joined(separator: "; ")) }
    var table = MarkdownTable(columns: recipe.columns)
    for row in recipe.rows {
      let cells = row.summaryKeys.enumerated().map { index, key in
        cell(key, summary: summary, digits: recipe.columnDigits?[index] ?? recipe.digits)
      }
      table.addRow([.text(row.label)] + cells)
    }
    guard let best = recipe.best else { return table }
    for column in 1..<recipe.columns.count { table.markBest(best, inColumn: column) }
    return table
  }

  /// What is wrong with the recipe itself or missing in the summary, one line each.
  func faults(summary: [String: Double]) -> [String] {
    var faults: [String] = []
    let field = "field tables.\(name)"
    if !Self.isMarkerName(name) { faults.append("\(field): expected a name of letters, digits, _ and -") }
    if columns.count < 2 { faults.append("\(field): expected at least two columns") }
    if rows.isEmpty { faults.append("\(field): expected at least one row") }
    let allowed = 0...12
    if !([digits] + (columnDigits ?? [])).allSatisfy(allowed.contains) {
      faults.append("\(field): expected digits between 0 and 12")
    }
    if let columnDigits, columnDigits.count != columns.count - 1 {
      faults.append("\(field): expected \(columns.count - 1) column_digits, found \(columnDigits.count)")
    }
    for row in rows {
      if row.summaryKeys.count != columns.count - 1 {
        let found = "found \(row.summaryKeys.count)"
        faults.append("\(field), row \(row.label): expected \(columns.count - 1) cells, \(found)")
      }
      for key in row.summaryKeys.flatMap(Self.names) where summary[key] == nil {
        faults.append("\(field), row \(row.label): the summary has no \(key)")
      }
    }
    return faults
  }

  private static func isMarkerName(_ name: String) -> Bool {
    !name.isEmpty && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-".contains($0)) }
  }

  /// What joins the ends of an interval in a cell.
  private static let to = " … "

  /// What begins a cell of a measurement that stopped.
  static let atLeast = "at least "

  /// The names in a cell: none, one, a mean and its deviation, or the ends of an interval.
  private static func names(inCell text: String) -> [String] {
    let cell = text.hasPrefix(atLeast) ? String(text.dropFirst(atLeast.count)) : text
    return cell.isEmpty ? [] : cell.components(separatedBy: cell.contains(to) ? to : " ± ")
  }

  private static func cell(_ text: String, summary: [String: Double], digits: Int) -> MarkdownTable.Cell {
    let values = names(inCell: text).compactMap { summary[$0] }
    switch values.count {
    case 0: return .missing
    case 1 where text.hasPrefix(atLeast): return .atLeast(values[0], digits: digits)
    case 1: return .number(values[0], digits: digits)
    case _ where text.contains(to): return .interval(from: values[0], to: values[1], digits: digits)
    default: return .spread(mean: values[0], deviation: values[1], digits: digits)
    }
  }
}
