import Tensors

/// W x + b for each token, W [outputs, inputs], b starting at 0.
struct ConventionalLinear<Scalar: TensorScalar>: Parameterized {
  private var weight: Tensor<Scalar>
  private var bias: Tensor<Scalar>

  init(_ weight: Tensor<Scalar>) {
    self.weight = weight
    bias = .zeros([weight.shape[0]])
  }

  /// A map whose weights are normal with variance 2 / (inputs + outputs) (Glorot and Bengio 2010).
  init(inputs: Int, outputs: Int, random: RandomStream) {
    var stream = random
    let deviation = (2 / Double(inputs + outputs)).squareRoot()
    self.init(.normal([outputs, inputs], standardDeviation: deviation, using: &stream))
  }

  var inputSize: Int { weight.shape[1] }
  var outputSize: Int { weight.shape[0] }

  /// - Shape: [..., inputs] to [..., outputs].
  func callAsFunction(_ x: Tensor<Scalar>) -> Tensor<Scalar> { shifted(projected(x)) }

  /// W x without the bias.
  func projected(_ x: Tensor<Scalar>) -> Tensor<Scalar> { x.projected(by: weight, transposed: true) }

  /// y + b.
  func shifted(_ y: Tensor<Scalar>) -> Tensor<Scalar> {
    y + bias.reshaped(Array(repeating: 1, count: y.rank - 1) + [bias.count])
  }

  mutating func visitParameters(_ visit: (_ name: String, _ value: inout Tensor<Scalar>) -> Void) {
    visit("weight", &weight)
    visit("bias", &bias)
  }
}
