import Layers
import Tensors

/// A function of each number of a layer's output.
public enum AssociationActivation: Sendable, Equatable {
  /// x.
  case identity
  /// max(x, 0).
  case relu
  /// The hyperbolic tangent.
  case tanh
  /// 1 / (1 + e^-x).
  case sigmoid
  /// x Φ(x) in its tanh form.
  case gelu

  func callAsFunction<Scalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    switch self {
    case .identity: x
    case .relu: x.relu()
    case .tanh: x.tanh()
    case .sigmoid: x.sigmoid()
    case .gelu: x.gaussianErrorLinearUnit()
    }
  }
}
