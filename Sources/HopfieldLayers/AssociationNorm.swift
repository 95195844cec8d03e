import Tensors

/// Normalises the last axis, as a `PatternNorm` says.
struct AssociationNorm<Scalar: TensorScalar>: Parameterized {
  let isNormalized: Bool
  private let epsilon: Scalar
  private(set) var gain: Tensor<Scalar>?
  private(set) var bias: Tensor<Scalar>?

  init(_ kind: PatternNorm, size: Int, epsilon: Double) {
    isNormalized = kind != .none
    self.epsilon = Scalar(epsilon)
    gain = kind == .affine ? .ones([size]) : nil
    bias = kind == .affine ? .zeros([size]) : nil
  }

  /// - Shape: [..., size] to the same.
  func callAsFunction(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    let z = standardized(x)
    guard let gain, let bias else { return z }
    let shape = Array(repeating: 1, count: x.rank - 1) + [gain.count]
    return z * gain.reshaped(shape) + bias.reshaped(shape)
  }

  /// The norm without gain and bias.
  func standardized(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    isNormalized ? x.standardized(epsilon: epsilon) : x
  }

  mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("gain", &gain)
    visit("bias", &bias)
  }
}
