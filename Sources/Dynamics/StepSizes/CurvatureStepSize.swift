import Foundations
public import Tensors

/// A step size that follows, for each example, from the curvature of its energy along the step: the minimum of the parabola
/// that the energy is near the tokens,
///
///     alpha = (dE/dg)ᵀ M (dE/dg) / |uᵀ (d²E/dx²) u|,   u = - dE/dg
///
/// within 1/10 and 100 of the first. For other update rules u is their displacement for alpha = 1, which is taken to grow with
/// alpha.
///
/// Guarantee: on a quadratic energy of plain tokens each step ends at the lowest point along the gradient, so that the energy
/// never rises (steepest descent with exact line search) while the bounds leave it room. Elsewhere it may:
/// `.backtracking(from: .curvature(from: 0.1))` shortens the steps where it would. The absolute value is needed: energies of
/// attention and memories curve downwards along a descent.
///
/// - Source: Cauchy 1847; Nocedal and Wright, "Numerical optimization", equation 3.26.
/// - Cost: One gradient a step, a Hessian-vector product, and derivatives of the Lagrangian: about three gradients.
public struct CurvatureStepSize: StepSizeRule {
  /// alpha where the curvature says nothing, and the middle of the bounds.
  public let initial: Double

  /// Step sizes within 1/10 and 100 of a first one.
  public init(from initial: Double) {
    require(initial > 0 && initial.isFinite, "a first step size is positive, not \(initial)")
    self.initial = initial
  }

  public func size<Scalar>(of step: PendingStep<Scalar>) -> Tensor<Scalar> {
    let one = Tensor<Scalar>.ones([1, 1, 1])
    let (decreases, curvatures) = (step.predictedDecreases(of: one), step.curvatures(along: one))
    let sizes = zip(decreases, curvatures).map { decrease, curvature -> Scalar in
      let size = decrease / abs(curvature)
      guard decrease > 0, size.isFinite else { return Scalar(initial) }
      return min(max(size, Scalar(initial / 10)), Scalar(initial * 100))
    }
    return Tensor(shape: [step.batch, 1, 1], elements: sizes)
  }
}

extension StepSizeRule where Self == CurvatureStepSize {
  /// Sizes that follow from the curvature of the energy along the step, within 1/10 and 100 of `initial`.
  public static func curvature(from initial: Double) -> CurvatureStepSize { CurvatureStepSize(from: initial) }
}
