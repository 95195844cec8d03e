import Foundations
import Layers
public import Tensors

/// Attention pooling with a gate: score = w · (tanh(V h + a) ⊙ sigmoid(U h + b)), one for all features.
///
/// - Source: Ilse, Tomczak, Welling, "Attention-based Deep Multiple Instance Learning", ICML 2018, equation
///   9; without the gate equation 8.
public struct GatedAttentionScores<Scalar: TensorScalar>: InstanceScores {
  private var values: Linear<Scalar>
  private var gate: Linear<Scalar>?
  private var weights: Tensor<Scalar>

  /// Weights of variance 2 / (inputs + outputs), biases 0.
  ///
  /// - Parameter isGated: Whether the sigmoid is there.
  public init(featureCount: Int, hiddenSize: Int, isGated: Bool = true, random: RandomStream) {
    require(min(featureCount, hiddenSize) > 0, "\(hiddenSize) units of \(featureCount) features")
    values = Linear(inputs: featureCount, outputs: hiddenSize, random: random.child(0))
    gate =
      isGated
      ? Linear(inputs: featureCount, outputs: hiddenSize, random: random.child(1)) : nil
    var stream = random.child(2)
    weights = .normal(
      [1, hiddenSize], standardDeviation: (2 / Double(hiddenSize + 1)).squareRoot(), using: &stream)
  }

  public func callAsFunction(_ features: Tensor<Scalar>) -> Tensor<Scalar> {
    // tanh x = 2 sigmoid(2 x) - 1, whose exponential is vectorised.
    let hidden = (values(features) * 2).sigmoid() * 2 - 1
    return (gate.map { hidden * $0(features).sigmoid() } ?? hidden).projected(by: weights, transposed: true)
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("values", &values)
    visit("gate", &gate)
    visit("weights", &weights)
  }
}
