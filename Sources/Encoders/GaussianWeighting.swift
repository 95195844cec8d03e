import Foundations
public import Tensors

/// Weights of attention that depend on positions alone: for each query a Gaussian over the keys.
///
///     A_ij ∝ exp(-½ ((s_j - μ_i) / σ_i)²)        s_j = (j - ½ (N - 1)) / (½ (N - 1)),   j = 0 … N - 1
///
/// Each row is normalised. The 2 N numbers belong to sequences of N tokens; for other lengths 1/σ² and μ/σ² are
/// interpolated between the positions s, so that the first and the last token keep theirs, and the Gaussian between a narrow
/// and a nearly flat one is near the narrow one.
///
/// - Source: Ramsauer et al. 2020, section 3 and appendix A.5 on the replacement of averaging heads; the interpolation
///   is ours, as the paper's sequences have one length.
public struct GaussianWeighting: Codable, Sendable, Equatable {
  /// The centre μ of each query's Gaussian.
  public let means: [Double]
  /// The width σ of each query's Gaussian, above 0.
  public let deviations: [Double]

  /// A weighting by one Gaussian per query.
  public init(means: [Double], deviations: [Double]) {
    require(
      !means.isEmpty && means.count == deviations.count,
      "\(means.count) means, \(deviations.count) deviations")
    require(means.allSatisfy(\.isFinite), "means that are not finite")
    require(deviations.allSatisfy { $0 > 0 && $0.isFinite }, "deviations that are not above 0")
    (self.means, self.deviations) = (means, deviations)
  }

  /// The number of parameters, 2 N.
  public var parameterCount: Int { 2 * means.count }

  /// The positions s of a sequence, from -1 to 1; 0 for a single token.
  public static func positions(count: Int) -> [Double] {
    let half = 0.5 * Double(count - 1)
    return (0..<count).map { half == 0 ? 0 : (Double($0) - half) / half }
  }

  /// μ and σ for sequences of another length.
  public func resized(to count: Int) -> GaussianWeighting {
    if count == means.count { return self }
    let coordinates = Self.positions(count: count).map { 0.5 * ($0 + 1) * Double(means.count - 1) }
    func interpolated(_ values: [Double]) -> [Double] {
      coordinates.map { coordinate in
        let left = min(Int(coordinate), values.count - 1)
        let right = min(left + 1, values.count - 1)
        let share = coordinate - Double(left)
        return (1 - share) * values[left] + share * values[right]
      }
    }
    let precisions = interpolated(deviations.map { 1 / ($0 * $0) })
    let scaledMeans = interpolated(zip(means, deviations).map { $0 / ($1 * $1) })
    return GaussianWeighting(
      means: zip(scaledMeans, precisions).map { $0 / $1 }, deviations: precisions.map { 1 / $0.squareRoot() })
  }

  /// The weights A for sequences of some length, [count, count], each row adding up to 1.
  public func weights<Scalar: TensorScalar>(count: Int, _ type: Scalar.Type = Scalar.self) -> Tensor<Scalar> {
    Tensor(shape: [count, count]) { out in writeScores(count: count, row: count, to: out) }.softmax()
  }

  /// The exponents -½ ((s_j - μ_i) / σ_i)², rows `row` apart.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func writeScores<Scalar: TensorScalar>(count: Int, row: Int, to out: UnsafeMutablePointer<Scalar>) {
    let sized = resized(to: count)
    let positions = Self.positions(count: count).map { Scalar($0) }
    for query in 0..<count {
      let (mean, narrowness) = (Scalar(sized.means[query]), Scalar(1 / sized.deviations[query]))
      let line = out + query * row
      for key in 0..<count {
        let distance = (positions[key] - mean) * narrowness
        line[key] = -0.5 * distance * distance
      }
    }
  }
}
