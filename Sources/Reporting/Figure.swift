import Foundation

/// A drawing of a run that is kept as numbers, so that it can be drawn again without the run.
public protocol Figure: ResultFile, Codable {
  /// The drawing as SVG: equal input gives equal bytes.
  ///
  /// - Throws: `ReportingError` for what cannot be drawn.
  func svg() throws -> String
  /// The figure with numbers of six significant digits.
  func rounded() -> Self
}

extension Figure {
  /// Writes the drawing, all of it or nothing.
  public func write(to path: String) throws {
    do {
      try StagedFile.write(svg(), to: path)
    } catch let error as ReportingError where !error.description.hasPrefix(path) {
      throw ReportingError("\(path): \(error.description)")
    }
  }
}

extension Double {
  /// The number with six significant digits; one that is not finite stays.
  var sixDigits: Double { isFinite ? Double(String(format: "%.5e", self)) ?? self : self }
}
