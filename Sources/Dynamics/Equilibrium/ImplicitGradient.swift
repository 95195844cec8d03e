import Foundations
import Tensors

/// How ``GradientPath/implicit(_:)`` solves its linear system.
public struct ImplicitGradient: Sendable, Equatable {
  /// The residual, as a share of the right side, at which the solution is good enough.
  public var tolerance: Double
  /// The largest number of iterations, each of which takes one Hessian-vector product.
  public var maximumIterations: Int
  /// The residual beyond which there is no gradient: the run ends with a message.
  public var acceptedResidual: Double

  /// A solution to a tolerance within so many iterations, or at least to `acceptedResidual`.
  public init(tolerance: Double = 1e-7, maximumIterations: Int = 200, acceptedResidual: Double = 0.1) {
    require(
      tolerance > 0 && maximumIterations > 0 && acceptedResidual >= tolerance,
      "a tolerance above 0 within at least one iteration, and an accepted residual no smaller, not \(tolerance), "
        + "\(maximumIterations) and \(acceptedResidual)")
    self.tolerance = tolerance
    self.maximumIterations = maximumIterations
    self.acceptedResidual = acceptedResidual
  }
}
