public import Tensors

/// How far stored patterns lie apart, as the theorems of the modern Hopfield network measure it.
///
///     Delta_i = x_i·x_i - max over j ≠ i of x_i·x_j        M = max |x_i|
///
/// - Source: Ramsauer et al. 2020, definition 2.
/// - Cost: 2 N² D operations.
public struct PatternSeparation: Sendable {
  /// Delta of each pattern; infinite for a single one.
  public let separations: [Double]
  /// M.
  public let largestNorm: Double

  /// The separations of patterns of shape [count, dimension].
  public init<Scalar: TensorScalar>(of patterns: Tensor<Scalar>) {
    let store = PatternStore(patterns)
    largestNorm = store.largestNorm
    let (pass, count) = (PatternPass(store), patterns.shape[0])
    separations = stride(from: 0, to: count, by: pass.queriesWithAllScores).flatMap { start in
      let range = start..<min(start + pass.queriesWithAllScores, count)
      let products = pass.scores(patterns.sliced(axis: 0, range), scale: 1)
      return products.withElements { products in
        Parallelism.map(range.count) { row in
          let part = products[row * count..<(row + 1) * count]
          return Self.separation(start + row, UnsafeBufferPointer(rebasing: part))
        }
      }
    }
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  private static func separation<Scalar: TensorScalar>(
    _ index: Int, _ products: UnsafeBufferPointer<Scalar>
  ) -> Double {
    var others = -Scalar.infinity
    for other in products.indices where other != index && products[other] > others {
      others = products[other]
    }
    return Double(products[index]) - Double(others)
  }
}
