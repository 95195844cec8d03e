import Foundations
public import Tensors

/// How samples of a memory differ from what is stored and from each other.
///
///     novelty = mean over samples s of 1 - max over mu of cos(s, xi_mu)
///     diversity = mean over pairs of samples s ≠ t of 1 - cos(s, t)
///
/// Copies of stored patterns have novelty 0, samples that are all alike diversity 0.
///
/// - Source: arXiv 2603.06875, which measures Langevin samples of the modern Hopfield energy so.
/// - Cost: 2 S K D operations for S samples, K patterns and the dimension D.
public struct SampleMeasures: Sendable, Equatable {
  /// 1 less the cosine with the nearest stored pattern, the mean over the samples.
  public let novelty: Double
  /// 1 less the cosine of two samples, the mean over all pairs.
  public let diversity: Double
  /// The index of the stored pattern of the largest cosine with each sample.
  public let nearest: [Int]

  /// The measures of at least two samples, [samples, dimension], beside stored patterns, [patterns, dimension]. Rows have a finite
  /// length above 0: there is no angle with a row of zeros.
  public init<Scalar: TensorScalar>(of samples: Tensor<Scalar>, stored: Tensor<Scalar>) {
    require(
      samples.rank == 2 && stored.rank == 2 && samples.shape[1] == stored.shape[1] && samples.shape[0] > 1
        && stored.shape[0] > 0,
      "samples of shape \(samples.shape) beside patterns of shape \(stored.shape), expected two samples at least and one "
        + "pattern of the same dimension")
    let (units, patterns) = (Self.units(samples, "sample"), Self.units(stored, "stored pattern"))
    let count = samples.shape[0]
    nearest = units.matrixProduct(patterns, otherTransposed: true).argmax()
    // 1 - cos is half the squared distance of unit rows: exactly 0 for a copy.
    let distances = (units - patterns.gathered(nearest, axis: 0)).squared().sum().scalar
    novelty = distances / Double(2 * count)
    // The squared distances of all pairs add up to the count times those from the mean.
    let spread = (units - units.mean(axes: [0], keepingDimensions: true)).squared().sum().scalar
    diversity = spread / Double(count - 1)
  }

  /// The rows at length 1.
  private static func units<Scalar: TensorScalar>(_ rows: Tensor<Scalar>, _ name: String) -> Tensor<Double> {
    let rows = rows.converted(to: Double.self)
    let lengths = rows.rowLengths
    if let bad = lengths.firstIndex(where: { !($0 > 0 && $0.isFinite) }) {
      require(false, "\(name) \(bad) has the length \(lengths[bad]): no angle with it is known")
    }
    return rows / Tensor(shape: [lengths.count, 1], elements: lengths)
  }
}
