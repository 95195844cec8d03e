import Foundations
import Layers
import Tensors

/// The feed-forward network after an association in a transformer layer: y = norm(x + W_2 activation(W_1 x + b_1) + b_2) for
/// each pattern, with dropout of the hidden numbers and of the result.
struct HopfieldNetwork<Scalar: TensorScalar>: Parameterized {
  private let activation: AssociationActivation
  private let dropout: Double
  private var first: Linear<Scalar>
  private var second: Linear<Scalar>
  private var norm: LayerNorm<Scalar>

  init(
    size: Int, hiddenSize: Int, activation: AssociationActivation, dropout: Double, random: RandomStream
  ) {
    require(
      hiddenSize > 0 && (0..<1).contains(dropout), "\(hiddenSize) hidden units with a dropout of \(dropout)")
    self.activation = activation
    self.dropout = dropout
    first = Linear(inputs: size, outputs: hiddenSize, random: random.child(0))
    second = Linear(inputs: hiddenSize, outputs: size, random: random.child(1))
    norm = LayerNorm(size)
  }

  func callAsFunction(_ x: Tensor<Scalar>, dropout random: RandomStream?) -> Tensor<Scalar> {
    let hidden = activation(first(x)).withDropout(dropout, random: random?.child(0))
    return norm(x + second(hidden).withDropout(dropout, random: random?.child(1)))
  }

  mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("first", &first)
    visit("second", &second)
    visit("norm", &norm)
  }
}
