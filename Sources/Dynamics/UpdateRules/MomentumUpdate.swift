import Foundations
public import Tensors

/// Heavy-ball descent: v <- momentum v + dE/dg, x <- x - alpha v.
///
/// - Source: Polyak 1964. The energy may rise for a step where the velocity points uphill.
/// - Cost: One gradient per step, and one stored velocity.
public struct MomentumUpdate: UpdateRule {
  /// The share of the velocity that is kept, 0 ..< 1.
  public let momentum: Double

  /// Heavy-ball descent that keeps a share `momentum` of the velocity.
  public init(momentum: Double) {
    requireShare(momentum)
    self.momentum = momentum
  }

  public func displacement<Scalar>(
    gradient: Tensor<Scalar>, stepSize: Tensor<Scalar>, state: inout UpdateState<Scalar>
  ) -> Tensor<Scalar> {
    let velocity = state.arrays.first.map { $0 * Scalar(momentum) + gradient } ?? gradient
    state.arrays = [velocity]
    return -(velocity * stepSize)
  }
}

extension UpdateRule where Self == MomentumUpdate {
  /// Heavy-ball descent that keeps a share of the velocity.
  public static func momentum(_ momentum: Double) -> MomentumUpdate { MomentumUpdate(momentum: momentum) }
}

/// Nesterov's accelerated descent, written for the look-ahead point, where the tokens are and the gradient is taken:
/// v <- momentum v + dE/dg, x <- x - alpha (dE/dg + momentum v).
///
/// With restarts an example whose velocity points uphill, ⟨dE/dg, v⟩ < 0, starts anew at rest. When it does counts
/// as a constant for differentiation.
///
/// - Source: Nesterov 1983, in the form of Sutskever et al. 2013; restarts by the gradient: O'Donoghue and
///   Candès 2015, section 3.2.
/// - Cost: One gradient per step, and one stored velocity.
public struct NesterovUpdate: UpdateRule {
  /// The share of the velocity that is kept, 0 ..< 1.
  public let momentum: Double
  /// Whether an example whose velocity points uphill starts anew at rest.
  public let restarts: Bool

  /// Accelerated descent that keeps a share `momentum` of the velocity.
  public init(momentum: Double, restarts: Bool = false) {
    requireShare(momentum)
    self.momentum = momentum
    self.restarts = restarts
  }

  public func displacement<Scalar>(
    gradient: Tensor<Scalar>, stepSize: Tensor<Scalar>, state: inout UpdateState<Scalar>
  ) -> Tensor<Scalar> {
    var velocity = gradient
    if var last = state.arrays.first {
      if restarts {
        let rate = (gradient.detached * last.detached).sum(axes: [1, 2]).elements
        last = last * Tensor(shape: [rate.count, 1, 1], elements: rate.map { $0 < 0 ? 0 : 1 })
      }
      velocity = last * Scalar(momentum) + gradient
    }
    state.arrays = [velocity]
    return -(gradient + velocity * Scalar(momentum)) * stepSize
  }
}

extension UpdateRule where Self == NesterovUpdate {
  /// Accelerated descent that keeps a share of the velocity; with restarts until the velocity points uphill.
  public static func nesterov(_ momentum: Double, restarts: Bool = false) -> NesterovUpdate {
    NesterovUpdate(momentum: momentum, restarts: restarts)
  }
}

private func requireShare(_ momentum: Double) {
  require(momentum >= 0 && momentum < 1, "momentum lies in 0 ..< 1, not \(momentum)")
}
