import Foundations
public import Tensors

/// The Lagrangian of rectified polynomial neurons.
///
///     L = 1/n sum max(x, 0)^n        g = max(x, 0)^(n-1)
///
/// The degree n is at least 2, below which the activation jumps. Its value overflows where max(x, 0)^n does:
/// in single precision beyond 3.4e38^(1/n).
///
/// - Source: Krotov and Hopfield 2016 and 2021; `lagr_repu` and, for degree 2, `lagr_relu` of hamux.
public struct RectifiedPolynomialLagrangian<Scalar: TensorScalar>: Lagrangian {
  /// n.
  public let degree: Scalar

  /// Neurons of a degree of at least 2.
  public init(degree: Scalar) {
    require(
      degree >= 2 && degree.isFinite, "a rectified polynomial needs a degree of at least 2, not \(degree)")
    self.degree = degree
  }

  /// Degree 2, whose activation is relu.
  public static var relu: RectifiedPolynomialLagrangian { RectifiedPolynomialLagrangian(degree: 2) }

  public func value(at x: Tokens<Scalar>) -> Tensor<Scalar> {
    x.sumOfComponents(x.realValues.reluPower(degree)) / degree
  }

  public func activations(at x: Tokens<Scalar>) -> Activations<Scalar> {
    x.activations(x.realValues.reluPower(degree - 1))
  }
}
