public import Energies
import Foundations
public import Tensors

extension EnergyLandscape {
  /// The kind of point that each example's tokens are at.
  ///
  /// Lanczos from one vector finds an eigenvalue that occurs several times once. So where some are negative or 0 it is asked again
  /// without their eigenvectors, and a count is exact only when that finds no other.
  ///
  /// - Parameters:
  ///   - x: Tokens at rest, such as the last ones of a descent.
  ///   - allowed: The longest residual |P dF/dg| of an example that counts as rest. What remains of it moves the point by about
  ///     the residual over the smallest eigenvalue. 1e-6 is for double precision; single precision reaches about 1e-3.
  ///   - flatness: The share of the largest |eigenvalue| up to which one counts as 0; 1e-4 or so in single precision.
  ///   - directions: How many of the smallest eigenvalues are asked for. Where all of them are negative the number of negative
  ///     directions is a lower bound, unless the steps span the whole space.
  ///   - steps: The most products with the Hessian.
  ///   - random: Where Lanczos starts.
  /// - Returns: One point for each example.
  /// - Cost: A gradient, and `steps` products for all examples together, twice where one has a direction that is not upwards.
  public func stationaryPoints(
    at x: Tokens<Scalar>, residual allowed: Double = 1e-6, flatness: Double = 1e-6, directions: Int = 4,
    steps: Int = 200, random: RandomStream
  ) -> [StationaryPoint<Scalar>] {
    require(
      allowed > 0 && flatness >= 0 && directions > 0,
      "a residual of \(allowed), a flatness of \(flatness) and \(directions) directions")
    let (energies, lengths) = (energies(at: x).elements.map(Double.init), residualLengths(at: x))
    let isAtRest = lengths.map { $0 <= allowed }
    let readings =
      isAtRest.contains(true)
      ? readings(at: x, flatness: flatness, directions: directions, steps: steps, random: random) : []
    return energies.indices.map { example in
      guard isAtRest[example] else {
        return StationaryPoint(
          energy: energies[example], residual: lengths[example],
          kind: .notStationary(residual: lengths[example], allowed: allowed), eigenvalues: nil, zero: 0)
      }
      let reading = readings[example]
      return StationaryPoint(
        energy: energies[example], residual: lengths[example], kind: reading.kind,
        eigenvalues: reading.found, zero: reading.zero)
    }
  }

  /// The ends of each example's spectrum, and what lies beside the eigenvectors that are not upwards.
  private func readings(
    at x: Tokens<Scalar>, flatness: Double, directions: Int, steps: Int, random: RandomStream
  ) -> [CurvatureReading<Scalar>] {
    // Bounds well below what counts as 0, so that signs are certain.
    let tolerance = Swift.max(flatness / 4, 8 * Double(Scalar.ulpOfOne))
    let hessian = hessian(at: x)
    var readings = hessian.extremeEigenvalues(
      smallest: directions, largest: 1, tolerance: tolerance, steps: steps, random: random
    ).map { CurvatureReading(found: $0, zero: flatness * $0.scale) }
    guard readings.contains(where: \.needsSecondLook) else { return readings }
    let known = readings.map { reading in
      reading.needsSecondLook ? reading.notUpwards.map { $0.vector.elements.map(Double.init) } : []
    }
    let others = DeflatedOperator(hessian, without: known).extremeEigenvalues(
      smallest: 1, largest: 1, tolerance: tolerance, steps: steps, random: random.child(.max))
    for example in readings.indices where readings[example].needsSecondLook {
      readings[example].beside = others[example]
    }
    return readings
  }
}

/// What is known of one example's Hessian.
private struct CurvatureReading<Scalar: TensorScalar> {
  let found: ExtremeEigenvalues<Scalar>
  let zero: Double
  /// The ends of the spectrum beside the eigenvectors that are not upwards, where that was asked for.
  var beside: ExtremeEigenvalues<Scalar>?

  /// The eigenpairs found that are negative or count as 0.
  var notUpwards: [Eigenpair<Scalar>] { found.smallest.filter { $0.value <= zero } }

  /// Whether all Ritz values that are not upwards are known with their vectors, but each perhaps once only.
  var needsSecondLook: Bool {
    let count = notUpwards.count
    return !found.isComplete && count > 0 && count < found.smallest.count
  }

  var kind: PointKind {
    // No direction at all is no direction downwards.
    guard let first = found.smallest.first else { return .minimum }
    let values = found.ritzValues + (beside?.ritzValues ?? [])
    let negative = values.filter { $0 < -zero }.count
    if found.isComplete && negative == found.steps { return .maximum }
    if negative > 0 { return .saddle(negativeDirections: negative, isExact: isExact(above: -zero)) }
    if first.value - first.bound < -zero { return .undecided(smallest: first.value, bound: first.bound) }
    let flat = values.filter { $0 <= zero }.count
    return flat == 0 ? .minimum : .flat(directions: flat, isExact: isExact(above: zero))
  }

  /// Whether all eigenvalues below a limit are counted: some eigenvalue found is above it, and all beside those found are.
  private func isExact(above limit: Double) -> Bool {
    if found.isComplete { return true }
    guard found.smallest.contains(where: { $0.value - $0.bound > limit }) else { return false }
    return beside?.smallest.first.map { $0.value - $0.bound > limit } ?? false
  }
}
