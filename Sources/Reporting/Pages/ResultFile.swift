/// What a run writes beside its page: a figure, or a table of points.
public protocol ResultFile: Sendable {
  /// Writes the file, all of it or nothing.
  ///
  /// - Throws: `ReportingError` for what cannot be drawn or written.
  func write(to path: String) throws
}

extension CSVTable: ResultFile {}
extension HeatMap: ResultFile {}
extension LinePlot: ResultFile {}
extension PictureGrid: ResultFile {}
