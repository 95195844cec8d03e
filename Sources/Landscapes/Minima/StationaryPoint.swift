public import Tensors

/// What kind of point of a landscape tokens are at.
public enum PointKind: Sendable, Equatable, CustomStringConvertible {
  /// The residual is longer than what was allowed: F does not rest here, and its Hessian says nothing of the kind.
  case notStationary(residual: Double, allowed: Double)
  /// F bends upwards in every direction.
  case minimum
  /// F bends downwards in so many directions and upwards or not at all in the others; in so many at least unless `isExact`.
  case saddle(negativeDirections: Int, isExact: Bool)
  /// F bends downwards in every direction.
  case maximum
  /// F bends downwards nowhere, and in so many directions not at all, or in so many at least unless `isExact`: the second
  /// derivative does not tell a minimum from a saddle of higher order, and along a valley of equal minima it must be so.
  case flat(directions: Int, isExact: Bool)
  /// The smallest eigenvalue is not known well enough to tell its sign: take more steps.
  case undecided(smallest: Double, bound: Double)

  public var description: String {
    switch self {
    case .notStationary(let residual, let allowed):
      "not at rest: the residual \(residual) is larger than \(allowed), run the descent on"
    case .minimum: "a minimum"
    case .saddle(let count, let isExact):
      "a saddle with \(isExact ? "" : "at least ")\(count) negative direction\(count == 1 ? "" : "s")"
    case .maximum: "a maximum"
    case .flat(let count, let isExact):
      "flat in \(isExact ? "" : "at least ")\(count) direction\(count == 1 ? "" : "s"), rising in the others"
    case .undecided(let smallest, let bound):
      "undecided: the smallest eigenvalue is \(smallest) with a bound of \(bound), take more steps"
    }
  }
}

/// A point where a landscape may rest: of which kind, and how it bends there.
public struct StationaryPoint<Scalar: TensorScalar>: Sendable {
  /// F.
  public let energy: Double
  /// |r|, the length of the tangential gradient.
  public let residual: Double
  /// Of which kind.
  public let kind: PointKind
  /// The ends of the spectrum of the Hessian on the tangents; nil where the point is not at rest.
  public let eigenvalues: ExtremeEigenvalues<Scalar>?
  /// |lambda| up to which an eigenvalue counts as 0.
  public let zero: Double

  /// The index: how many eigenvalues are negative, or at least so many; nil where the point is not at rest or undecided.
  public var index: Int? {
    switch kind {
    case .minimum, .flat: 0
    case .saddle(let count, _): count
    case .maximum: eigenvalues?.steps
    case .notStationary, .undecided: nil
    }
  }
}
