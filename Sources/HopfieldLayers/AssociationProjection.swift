import Tensors

/// W x, with + b where there is a bias; W [outputs, inputs] normal, b starting at 0.
struct AssociationProjection<Scalar: TensorScalar>: Parameterized {
  private(set) var weight: Tensor<Scalar>
  private(set) var bias: Tensor<Scalar>?

  init(inputs: Int, outputs: Int, hasBias: Bool, deviation: Double, random: RandomStream) {
    var stream = random
    weight = .normal([outputs, inputs], standardDeviation: deviation, using: &stream)
    bias = hasBias ? .zeros([outputs]) : nil
  }

  /// - Shape: [batch, count, inputs] to [batch, count, outputs].
  func callAsFunction(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    let y = x.projected(by: weight, transposed: true)
    return bias.map { y + $0 } ?? y
  }

  /// The weights by head, [1, heads, outputs of a head, inputs].
  func headWeights(_ headCount: Int) -> Tensor<Scalar> {
    weight.reshaped([1, headCount, weight.shape[0] / headCount, weight.shape[1]])
  }

  /// The bias by head, [1, heads, 1, outputs of a head].
  func headBias(_ headCount: Int) -> Tensor<Scalar>? {
    bias?.reshaped([1, headCount, 1, weight.shape[0] / headCount])
  }

  mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("weight", &weight)
    visit("bias", &bias)
  }
}

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
