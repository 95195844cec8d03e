import Foundations
public import Tensors

/// Fits Gaussian weightings to the answers of heads by least squares over the sequences seen.
///
///     for each query i:  Σ over sequences of | Σ_j A_ij v_j - o_i |²  =  A_i M A_iᵀ - 2 A_i·c_i + const
///     M = Σ V Vᵀ,   c_i = Σ V o_i
///
/// M and c are all that is kept of the sequences. A grid of Gaussians finds a start, Levenberg-Marquardt steps in (μ, log σ)
/// descend from there.
///
/// - Source: the weighting is that of Ramsauer et al. 2020, who learn it in training; the fit to a trained head is ours.
/// - Cost: 4 N² times value size operations per sequence and head, some N + 250 products of N numbers and 100 N² operations
///   per query for the fit; 16 N² bytes per head are kept.
public struct GaussianFit: Sendable {
  /// Sums of products of values, [heads, N, N].
  private var products: Tensor<Double>
  /// Sums of products of answers, by queries, and values, [heads, N, N].
  private var overlaps: Tensor<Double>
  private let headCount: Int, length: Int

  /// A fit of some heads over sequences of `length` tokens.
  public init(headCount: Int, length: Int) {
    (self.headCount, self.length) = (headCount, length)
    products = .zeros([headCount, length, length])
    overlaps = .zeros([headCount, length, length])
  }

  /// Adds the values and the answers of the heads over some sequences.
  ///
  /// - Shape: values and answers [heads, N, size], where size may hold those of several sequences side by side.
  public mutating func add<Scalar: TensorScalar>(values: Tensor<Scalar>, answers: Tensor<Scalar>) {
    require(
      values.rank == 3 && values.shape == answers.shape && values.shape.prefix(2) == [headCount, length],
      "values \(values.shape) and answers \(answers.shape) for \(headCount) heads over \(length) tokens")
    products = products + values.matrixProduct(values, otherTransposed: true).converted(to: Double.self)
    overlaps = overlaps + answers.matrixProduct(values, otherTransposed: true).converted(to: Double.self)
  }

  /// The best weighting of each head.
  public func weightings() -> [GaussianWeighting] {
    let starts = GaussianCurveFit.starts(length: length)
    let size = length * length
    return Parallelism.map(headCount) { head in
      products.withElements { products in
        overlaps.withElements { overlaps in
          let own = UnsafeBufferPointer(rebasing: products[head * size..<(head + 1) * size])
          let fit = GaussianCurveFit(products: own, length: length, starts: starts)
          let curves = (0..<length).map { query in
            let row = head * size + query * length
            return fit.best(overlaps: UnsafeBufferPointer(rebasing: overlaps[row..<row + length]))
          }
          return GaussianWeighting(means: curves.map(\.mean), deviations: curves.map(\.deviation))
        }
      }
    }
  }
}
