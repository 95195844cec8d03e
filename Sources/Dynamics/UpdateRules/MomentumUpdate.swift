import Foundations
public import Tensors

/// Heavy-ball descent: v <- momentum v + dE/dg, x <- x - alpha v.
///
/// - Source: Polyak 1964. The energy may rise for a step where the velocity points uphill.
public struct MomentumUpdate: UpdateRule {
  /// The share of the velocity that is kept, 0 ..< 1.
  public let momentum: Double

  /// Heavy-ball descent that keeps a share `momentum` of the velocity.
  public init(momentum: Double) {
    require(momentum >= 0 && momentum < 1, "momentum lies in 0 ..< 1, not \(momentum)")
    self.momentum = momentum
  }

  public func displacement<Scalar>(
    gradient: Tensor<Scalar>, stepSize: Tensor<Scalar>, memory: inout UpdateMemory<Scalar>
  ) -> Tensor<Scalar> {
    let velocity = memory.velocity.map { $0 * Scalar(momentum) + gradient } ?? gradient
    memory.velocity = velocity
    return -(velocity * stepSize)
  }
}

extension UpdateRule where Self == MomentumUpdate {
  /// Heavy-ball descent that keeps a share of the velocity.
  public static func momentum(_ momentum: Double) -> MomentumUpdate { MomentumUpdate(momentum: momentum) }
}
