import Foundation
import Foundations
public import Tensors

/// Features as numbers of mean 0 and standard deviation 1 for each column: (f(x) - mean) / deviation, measured once and
/// then applied to any nodes with the same features.
///
/// A column without variation among the measured nodes becomes 0 everywhere: what it would be divided by is unknown.
public struct FeatureStandardizer: Sendable, Equatable, Codable {
  /// The function f of a feature before mean and deviation.
  public enum Scale: String, Sendable, Codable {
    /// The feature itself.
    case linear
    /// sign(x) log(1 + |x|): amounts and counts of very different sizes come close, the sign and 0 stay.
    case signedLogarithm
  }

  /// The function of a feature.
  public let scale: Scale
  /// The mean of f of each column.
  public let mean: [Double]
  /// The standard deviation of f of each column, over the count; 0 where the column has no variation.
  public let deviation: [Double]

  /// Measures the columns.
  ///
  /// - Parameters:
  ///   - features: [nodes, features].
  ///   - nodes: The nodes to measure, such as those of the training set; all unless given.
  ///   - scale: The function of each feature.
  ///   - name: What an error calls the features, such as their file.
  /// - Throws: `DataFileError` for no nodes, and for a feature of any node that is not finite.
  public init<Scalar>(
    measuring features: Tensor<Scalar>, nodes: [Int]? = nil, scale: Scale = .linear,
    named name: String = "features"
  ) throws {
    require(features.rank == 2, "features of shape \(features.shape), expected [nodes, features]")
    let (count, columns) = (features.shape[0], features.shape[1])
    for node in nodes ?? [] { require(node >= 0 && node < count, "node \(node) outside 0..<\(count)") }
    let rows = nodes ?? Array(0..<count)
    guard !rows.isEmpty else {
      throw DataFileError(file: name, problem: "no nodes to measure, expected at least one")
    }
    let values = features.elements
    if let bad = values.firstIndex(where: { !$0.isFinite }) {
      throw DataFileError(
        file: name,
        problem:
          "node \(bad / columns), column \(bad % columns): found \(values[bad]), expected a finite number")
    }
    let moments = (0..<columns).map { column in
      Self.moments(rows.map { Self.scaled(Double(values[$0 * columns + column]), scale) })
    }
    self.scale = scale
    mean = moments.map(\.mean)
    deviation = moments.map(\.deviation)
  }

  /// Measures the columns as they are, or by signed logarithms where the largest deviation of a column is more than `ratio`
  /// times the smallest of those that vary.
  ///
  /// - Throws: As the other initialiser.
  public init<Scalar>(
    measuring features: Tensor<Scalar>, logarithmicBeyond ratio: Double, named name: String = "features"
  ) throws {
    let plain = try FeatureStandardizer(measuring: features, named: name)
    let deviations = plain.deviation.filter { $0 > 0 }
    let isFar = (deviations.max() ?? 1) / (deviations.min() ?? 1) > ratio
    self =
      isFar ? try FeatureStandardizer(measuring: features, scale: .signedLogarithm, named: name) : plain
  }

  /// The features of any nodes, standardised; [nodes, features] to the same. A constant for differentiation.
  public func standardized<Scalar>(_ features: Tensor<Scalar>) -> Tensor<Scalar> {
    let columns = mean.count
    require(
      features.rank == 2 && features.shape[1] == columns,
      "features of shape \(features.shape), expected [nodes, \(columns)]")
    var elements = features.elements
    for index in elements.indices {
      let column = index % columns
      let (value, mean) = (Self.scaled(Double(elements[index]), scale), mean[column])
      // The difference of numbers of two signs may overflow where their halves do not.
      let ratio = (value - mean) / deviation[column]
      let whole = (value - mean).isFinite ? ratio : (value / 2 - mean / 2) / deviation[column] * 2
      elements[index] = deviation[column] == 0 ? 0 : Scalar(whole)
      require(
        elements[index].isFinite,
        "node \(index / columns), column \(column): \(value) with a deviation of \(deviation[column]) overflows"
      )
    }
    return Tensor(shape: features.shape, elements: elements)
  }

  private static func scaled(_ value: Double, _ scale: Scale) -> Double {
    switch scale {
    case .linear: value
    case .signedLogarithm: value < 0 ? -log1p(-value) : log1p(value)
    }
  }

  /// Mean and deviation of numbers of any size: the largest is brought below 1 by a power of two, so that no sum or square
  /// overflows or vanishes, and what rounding of the mean leaves of it after centring is taken out too.
  private static func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
    // Rounding of the mean must not make a constant column vary.
    if values.allSatisfy({ $0 == values[0] }) { return (values[0], 0) }
    let largest = values.reduce(0) { max($0, abs($1)) }
    let exponent = Int(largest.exponent) + 1
    let numbers = values.map { scalbn($0, -exponent) }
    let count = Double(numbers.count)
    let mean = numbers.reduce(0, +) / count
    let shift = numbers.reduce(0) { $0 + ($1 - mean) } / count
    let squares = numbers.reduce(0) { $0 + ($1 - mean - shift) * ($1 - mean - shift) }
    return (scalbn(mean + shift, exponent), scalbn((squares / count).squareRoot(), exponent))
  }
}
