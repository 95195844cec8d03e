import Foundations
import Tensors

/// Decoupled weight decay: parameters shrink by a factor at every update, apart from the gradient step.
///
/// p <- (1 - learning rate * rate) p, before the step.
///
/// - Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019.
public struct WeightDecay: Sendable {
  /// The share of a parameter that a learning rate of 1 would take away.
  public let rate: Double
  /// The parameters that decay.
  public let selection: ParameterSelection

  /// Decay of `rate` for the selected parameters.
  public init(_ rate: Double, on selection: ParameterSelection = .all) {
    require(rate >= 0 && rate.isFinite, "weight decay must be at least 0, not \(rate)")
    self.rate = rate
    self.selection = selection
  }

  /// No decay.
  public static let none = WeightDecay(0)

  /// The share of a parameter that decay leaves: 1 where it does not decay.
  func keptShare<Scalar: TensorScalar>(of name: String, learningRate: Double) -> Scalar {
    rate == 0 || !selection.contains(name) ? 1 : Scalar(1 - learningRate * rate)
  }
}
