import Foundations
public import Tensors

/// Descent along a gradient that is extrapolated from the last two: x <- x - alpha (G + w (G - G')), where G is
/// dE/dg at the tokens and G' the gradient of the step before; the first step is a plain one.
///
/// With w = 1/2 this is the two-step method of Adams and Bashforth: it follows the flow dx/dt = -dE/dg with an
/// error of second order in alpha where plain descent has one of first order, so that fewer and longer steps end
/// near the same tokens. w = 0 is plain descent, w = 1 the optimistic gradient of Popov.
///
/// The energy may rise where the gradient turns within a step; put a backtracking step size beside it where it
/// must not.
///
/// - Source: Bashforth and Adams 1883; Hairer, Nørsett and Wanner, "Solving ordinary differential equations I",
///   section III.1, explicit Adams methods, k = 2. Popov, "A modification of the Arrow-Hurwicz method for search of saddle
///   points", 1980.
/// - Cost: One gradient per step, and one stored gradient.
public struct ExtrapolatedUpdate: UpdateRule {
  /// w, the share of the last change that is added once more.
  public let extrapolation: Double

  /// Descent along the gradient plus `extrapolation` times its last change, at least 0.
  public init(extrapolation: Double) {
    require(
      extrapolation >= 0 && extrapolation.isFinite,
      "an extrapolation is a finite number of at least 0, not \(extrapolation)")
    self.extrapolation = extrapolation
  }

  public func displacement<Scalar>(
    gradient: Tensor<Scalar>, stepSize: Tensor<Scalar>, state: inout UpdateState<Scalar>
  ) -> Tensor<Scalar> {
    let before = state.arrays.first
    state.arrays = [gradient]
    guard let before, extrapolation > 0 else { return -(gradient * stepSize) }
    let weight = Scalar(extrapolation)
    return (before * weight - gradient * (1 + weight)) * stepSize
  }
}

extension UpdateRule where Self == ExtrapolatedUpdate {
  /// Descent along the gradient plus w times its last change; 1/2 is the two-step method of Adams and Bashforth.
  public static func extrapolated(_ extrapolation: Double = 0.5) -> ExtrapolatedUpdate {
    ExtrapolatedUpdate(extrapolation: extrapolation)
  }
}
