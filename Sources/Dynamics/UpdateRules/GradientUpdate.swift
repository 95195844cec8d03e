public import Tensors

/// Plain descent: x <- x - alpha dE/dg.
///
/// - Source: Hoover et al. 2023, equation 6.
public struct GradientUpdate: UpdateRule {
  /// Plain descent.
  public init() {}
  public var isGradientStep: Bool { true }

  public func displacement<Scalar>(
    gradient: Tensor<Scalar>, stepSize: Tensor<Scalar>, memory: inout UpdateMemory<Scalar>
  ) -> Tensor<Scalar> {
    -(gradient * stepSize)
  }
}

extension UpdateRule where Self == GradientUpdate {
  /// Plain descent: x <- x - alpha dE/dg.
  public static var gradient: GradientUpdate { GradientUpdate() }
}
