import Foundations
public import Tensors

/// An eigenvalue with its eigenvector, and how well it is known.
public struct Eigenpair<Scalar: TensorScalar>: Sendable {
  /// lambda.
  public let value: Double
  /// |A v - lambda v|: an eigenvalue lies no farther from `value` than this.
  public let bound: Double
  /// v, of length 1, in the shape of an example without its batch axis.
  public let vector: Tensor<Scalar>
}

/// The ends of one example's spectrum.
public struct ExtremeEigenvalues<Scalar: TensorScalar>: Sendable {
  /// The smallest eigenvalues, rising.
  public let smallest: [Eigenpair<Scalar>]
  /// The largest eigenvalues, falling.
  public let largest: [Eigenpair<Scalar>]
  /// All Ritz values, rising: those in the middle are rough. Of the eigenvalues below any number there are at least as many as of
  /// these.
  public let ritzValues: [Double]
  /// Whether the steps span the whole space: then all eigenvalues are in `ritzValues`, each as often as it occurs. Otherwise one
  /// that occurs several times is found once.
  public let isComplete: Bool
  /// Whether every bound asked for is met.
  public let hasConverged: Bool
  /// The products taken.
  public var steps: Int { ritzValues.count }
  /// The largest |Ritz value|, 0 where there is none.
  public var scale: Double { Swift.max(abs(ritzValues.first ?? 0), abs(ritzValues.last ?? 0)) }
}

extension SymmetricOperator {
  /// The smallest and the largest eigenvalues of each example with their eigenvectors, by Lanczos with full reorthogonalisation.
  ///
  /// Directions that the operator's projection takes out, such as the two for each token that a layer norm does not see, are left
  /// out: their zeros do not count. A space of fewer dimensions than steps is exhausted, and then all is exact to rounding.
  ///
  /// - Parameters:
  ///   - smallest: How many of the smallest.
  ///   - largest: How many of the largest.
  ///   - tolerance: An eigenvalue is found when its bound is this share of the largest |eigenvalue|.
  ///   - steps: The most products; eigenvalues that have not converged by then carry their bounds.
  ///   - random: Where start vectors come from, the same for every example.
  /// - Returns: One result for each example.
  /// - Source: Parlett 1980, chapter 13.
  /// - Cost: A product, 8 size k operations and size numbers in double precision for step k, for each example.
  public func extremeEigenvalues(
    smallest: Int = 1, largest: Int = 1, tolerance: Double = 1e-8, steps: Int = 200, random: RandomStream
  ) -> [ExtremeEigenvalues<Scalar>] {
    require(
      smallest >= 0 && largest >= 0 && steps > 0 && tolerance > 0,
      "\(smallest) smallest and \(largest) largest eigenvalues in \(steps) steps to \(tolerance)")
    let wanted = (smallest, largest)
    var run = LanczosRun(self, random: random)
    run.run(steps: steps) { basis in
      // An invariant space has bounds of 0, and says nothing of eigenvalues that occur once more beside it.
      basis.state == .product && Self.hasConverged(RitzValues(of: basis), wanted, tolerance, basis)
    }
    return run.bases.map { basis in
      let found = RitzValues(of: basis)
      let count = found.values.count
      let pair = { (index: Int) in eigenpair(index, found, basis) }
      return ExtremeEigenvalues(
        smallest: (0..<Swift.min(smallest, count)).map(pair),
        largest: (0..<Swift.min(largest, count)).map { pair(count - 1 - $0) },
        ritzValues: found.values, isComplete: basis.state == .complete,
        hasConverged: basis.state == .complete || Self.hasConverged(found, wanted, tolerance, basis))
    }
  }

  private static func hasConverged(
    _ found: RitzValues, _ wanted: (smallest: Int, largest: Int), _ tolerance: Double, _ basis: KrylovBasis
  ) -> Bool {
    let count = found.values.count
    guard count >= wanted.smallest + wanted.largest else { return false }
    let indices = Array(0..<wanted.smallest) + Array(count - wanted.largest..<count)
    return indices.allSatisfy { found.bounds[$0] <= tolerance * basis.scale }
  }

  /// y = Q s.
  private func eigenpair(_ index: Int, _ found: RitzValues, _ basis: KrylovBasis) -> Eigenpair<Scalar> {
    var vector = [Double](repeating: 0, count: size)
    for (weight, other) in zip(found.vectors[index], basis.vectors) { vector.add(weight, other) }
    return Eigenpair(
      value: found.values[index], bound: found.bounds[index],
      vector: Tensor(shape: Array(shape.dropFirst()), elements: vector.map { Scalar($0) }))
  }
}
