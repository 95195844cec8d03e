import Tensors

/// Layer norm with a gain and a bias for each number of a token.
struct ConventionalNorm<Scalar: TensorScalar>: Parameterized {
  private var gain: Tensor<Scalar>
  private var bias: Tensor<Scalar>

  init(_ dimension: Int) {
    gain = .ones([dimension])
    bias = .zeros([dimension])
  }

  /// - Shape: [..., dimension] to the same.
  func callAsFunction(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    let shape = Array(repeating: 1, count: x.rank - 1) + [gain.count]
    return x.standardized(epsilon: 1e-5) * gain.reshaped(shape) + bias.reshaped(shape)
  }

  mutating func visitParameters(_ visit: (_ name: String, _ value: inout Tensor<Scalar>) -> Void) {
    visit("gain", &gain)
    visit("bias", &bias)
  }
}
