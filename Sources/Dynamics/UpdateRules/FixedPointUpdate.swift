import Foundations
public import Tensors

/// One long implicit step, found by fixed-point iteration: x <- x + alpha (y - s dE/dg (x) - x), where y are the
/// tokens before the first step and s is the length.
///
/// A fixed point solves x = y - s dE/dg (x), the step of the implicit Euler method of length s from y: what plain
/// descent from y comes near in s / alpha steps, at a length that plain descent could not take in one. alpha is how
/// far each iteration goes towards its new estimate: 1 for all the way. Most of the fall of an energy happens in
/// the first few iterations.
///
/// A fixed point is a stationary point of E(g) + (⟨x - y, g⟩ - L(x)) / s, not of E, so the energy may rise near it;
/// put a backtracking step size from 1 beside it where it must not.
///
/// - Source: Hairer, Nørsett and Wanner, "Solving ordinary differential equations I", sections II.7 (implicit
///   Euler) and I.8 (Picard's iteration). For s without bound it is x <- -dE/dg, the update of Hopfield networks:
///   Krotov and Hopfield 2021, equation 1 at rest.
/// - Cost: One gradient per step, and one stored set of tokens.
public struct FixedPointUpdate: UpdateRule {
  /// s, the length of the implicit step: alpha times the number of the plain steps it stands for.
  public let length: Double

  /// An implicit step of a positive length.
  public init(length: Double) {
    requireLength(length)
    self.length = length
  }

  public func displacement<Scalar>(
    gradient: Tensor<Scalar>, stepSize: Tensor<Scalar>, state: inout UpdateState<Scalar>
  ) -> Tensor<Scalar> {
    // The state is x - y: the rule does not see the tokens.
    let offset = state.arrays.first
    let target = gradient * Scalar(-length)
    let change = (offset.map { target - $0 } ?? target) * stepSize
    state.arrays = [offset.map { $0 + change } ?? change]
    return change
  }
}

extension UpdateRule where Self == FixedPointUpdate {
  /// One implicit step of a length, found by fixed-point iteration; the step size says how far each iteration goes,
  /// 1 for all the way.
  public static func fixedPoint(length: Double) -> FixedPointUpdate { FixedPointUpdate(length: length) }
}

/// The length of an implicit step is positive.
func requireLength(_ length: Double) {
  require(length > 0 && length.isFinite, "the length of an implicit step is positive, not \(length)")
}
