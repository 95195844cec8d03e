import Foundation
import Foundations

/// Matrices of numbers side by side, such as those of attention, with axes and one bar of colours, drawn as SVG: equal input gives
/// equal bytes.
///
/// Every number is kept as one of 256 levels between the ends of the range, evenly spaced or by its logarithm; what lies outside
/// is drawn as the nearer end. Rows run downwards from the first.
public struct MatrixMap: Codable, Equatable, Sendable {
  /// One of the matrices.
  struct Matrix: Codable, Equatable, Sendable {
    let title: String
    /// Row by row, 0 at the lower end of the range.
    let levels: Data
  }

  /// The title above.
  public var title: String
  /// The title of the columns.
  public var xTitle: String
  /// The title of the rows.
  public var yTitle: String
  /// What the numbers are, beside the bar of colours.
  public var valueTitle: String
  /// The names of the columns, drawn where there is room for every one; else they are counted from 1.
  public let columns: [String]
  /// The names of the rows, drawn where there is room for every one; else they are counted from 1.
  public let rows: [String]
  /// The numbers at the ends of the bar of colours.
  public let low: Double, high: Double
  /// How colours follow from numbers.
  public let scale: PlotScale
  private(set) var matrices: [Matrix] = []

  /// A map without matrices.
  ///
  /// - Parameters:
  ///   - title: What stands above.
  ///   - xTitle: What the columns are.
  ///   - yTitle: What the rows are.
  ///   - valueTitle: What the numbers are.
  ///   - columns: The names of the columns, one at least.
  ///   - rows: The names of the rows, one at least.
  ///   - range: The numbers at the ends of the bar of colours; above zero where the scale is logarithmic.
  ///   - scale: How colours follow from numbers.
  public init(
    title: String, xTitle: String, yTitle: String, valueTitle: String, columns: [String], rows: [String],
    range: ClosedRange<Double>, scale: PlotScale = .linear
  ) {
    require(!columns.isEmpty && !rows.isEmpty, "map \(title): \(rows.count) rows of \(columns.count) columns")
    require(
      range.lowerBound < range.upperBound && (scale == .linear || range.lowerBound > 0),
      "map \(title): a \(scale.rawValue) range of \(range)")
    (self.title, self.xTitle, self.yTitle, self.valueTitle) = (title, xTitle, yTitle, valueTitle)
    (self.columns, self.rows, self.scale) = (columns, rows, scale)
    (low, high) = (range.lowerBound, range.upperBound)
  }

  /// Adds a matrix, its numbers row by row.
  ///
  /// - Throws: `ReportingError` for a number that is not finite, by its row and column.
  public mutating func addMatrix(_ title: String, _ values: [Double]) throws {
    require(
      values.count == rows.count * columns.count,
      "map \(self.title): \(title) of \(values.count) numbers for \(rows.count)x\(columns.count)")
    if let bad = values.firstIndex(where: { !$0.isFinite }) {
      throw ReportingError(
        "map \(self.title): \(title), row \(bad / columns.count + 1), column \(bad % columns.count + 1): "
          + "expected a finite number, found \(values[bad])")
    }
    let axis = valueAxis
    matrices.append(
      Matrix(title: title, levels: Data(values.map { UInt8((axis.position(of: $0) * 255).rounded()) })))
  }

  /// Where numbers stand on the bar of colours.
  var valueAxis: PlotAxis { PlotAxis(values: [low, high], scale: scale, margin: 0) }

  /// The drawing as text.
  ///
  /// - Throws: `ReportingError` for no matrices, or one of another size than its names say.
  public func svg() throws -> String {
    guard !matrices.isEmpty, !rows.isEmpty, !columns.isEmpty, low < high, scale == .linear || low > 0 else {
      throw ReportingError("map \(title): no matrices to draw")
    }
    for matrix in matrices where matrix.levels.count != rows.count * columns.count {
      throw ReportingError(
        "map \(title): \(matrix.title): \(matrix.levels.count) numbers, expected \(rows.count)x\(columns.count)"
      )
    }
    return try Drawing(self).content
  }
}

extension MatrixMap: Figure {
  /// The map itself, whose numbers are levels.
  public func rounded() -> MatrixMap { self }
}
