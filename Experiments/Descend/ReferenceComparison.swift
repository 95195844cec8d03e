import EnergyTransformer
import Foundation
import Reporting

/// The figures of a descent against those of a reference file.
struct ReferenceComparison {
  private let path: String
  private let tolerance: Double
  /// For each array the largest difference, relative to the largest magnitude of the reference.
  let errors: [(name: String, error: Double)]

  /// Compares every array.
  ///
  /// - Throws: `NamedArrayError` where the reference lacks an array or has one of another shape, or numbers that are not
  ///   finite.
  init<Scalar>(of figures: DescentFigures<Scalar>, with reference: SafetensorsFile, tolerance: Double) throws
  {
    path = reference.path
    self.tolerance = tolerance
    var expected = NamedArrays<Double>(reference)
    errors = try figures.arrays.map { name, values in
      let expected = try expected.tensor(name, shape: values.shape).elements
      return (name, Self.relativeError(values.elements.map { Double($0) }, expected))
    }
  }

  private static func relativeError(_ values: [Double], _ expected: [Double]) -> Double {
    let largest = zip(values, expected).map { abs($0 - $1) }.max() ?? 0
    let scale = expected.map(abs).max() ?? 0
    return largest == 0 ? 0 : largest / scale
  }

  /// One line an array.
  var table: MarkdownTable {
    MarkdownTable(
      columns: ["array", "relative error", "at most"],
      rows: errors.map { [.code($0.name), .text(Self.text($0.error)), .text(Self.text(tolerance))] })
  }

  /// Throws where an array is further off than the tolerance, naming the worst.
  func check() throws {
    guard let worst = errors.max(by: { $0.error < $1.error }), worst.error > tolerance else { return }
    throw FileFormatError(
      file: path, field: "array \"\(worst.name)\"",
      expected: "a relative error of at most \(Self.text(tolerance))", found: Self.text(worst.error))
  }

  private static func text(_ value: Double) -> String { String(format: "%.2e", value) }
}
