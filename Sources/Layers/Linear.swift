import Foundations
public import Tensors

/// A linear map of the last axis: y = W x + b.
///
/// - Shape: [..., inputs] gives [..., outputs]; W is [outputs, inputs] and b, where there is one, [outputs].
/// - Cost: 2 · inputs · outputs operations per row.
public struct Linear<Scalar: TensorScalar>: Parameterized {
  /// W, [outputs, inputs].
  public var weight: Tensor<Scalar>
  /// b, [outputs]; nil for a map without one.
  public var bias: Tensor<Scalar>?

  /// A map with given weights.
  public init(weight: Tensor<Scalar>, bias: Tensor<Scalar>? = nil) {
    require(
      weight.rank == 2 && (bias.map { $0.shape == [weight.shape[0]] } ?? true),
      "a linear map has weights [outputs, inputs] and a bias [outputs], not \(weight.shape) and "
        + "\(bias.map { "\($0.shape)" } ?? "none")")
    self.weight = weight
    self.bias = bias
  }

  /// A map whose weights are normal with variance 2 / (inputs + outputs), or the given deviation; its bias starts at 0.
  ///
  /// - Source: the variance of Glorot and Bengio 2010.
  public init(
    inputs: Int, outputs: Int, hasBias: Bool = true, standardDeviation: Double? = nil,
    using random: inout RandomStream
  ) {
    require(inputs > 0 && outputs > 0, "a linear map of \(inputs) numbers to \(outputs)")
    let deviation = standardDeviation ?? (2 / Double(inputs + outputs)).squareRoot()
    self.init(
      weight: .normal([outputs, inputs], standardDeviation: deviation, using: &random),
      bias: hasBias ? .zeros([outputs]) : nil)
  }

  /// The same, drawn from a stream of its own.
  package init(inputs: Int, outputs: Int, random: RandomStream) {
    var stream = random
    self.init(inputs: inputs, outputs: outputs, using: &stream)
  }

  /// A map whose weights are normal and drawn input by input: column after column of W. Its bias starts at 0.
  package init(
    inputs: Int, outputs: Int, hasBias: Bool = true, drawnByInputWith standardDeviation: Double,
    using random: inout RandomStream
  ) {
    require(inputs > 0 && outputs > 0, "a linear map of \(inputs) numbers to \(outputs)")
    let columns: Tensor<Scalar> = .normal(
      [inputs, outputs], standardDeviation: standardDeviation, using: &random)
    self.init(weight: columns.transposed, bias: hasBias ? .zeros([outputs]) : nil)
  }

  /// The size of a row of inputs.
  public var inputSize: Int { weight.shape[1] }
  /// The size of a row of outputs.
  public var outputSize: Int { weight.shape[0] }

  /// W x + b.
  public func callAsFunction(_ x: Tensor<Scalar>) -> Tensor<Scalar> { shifted(projected(x)) }

  /// W x, without the bias.
  public func projected(_ x: Tensor<Scalar>) -> Tensor<Scalar> { x.projected(by: weight, transposed: true) }

  /// y + b.
  public func shifted(_ y: Tensor<Scalar>) -> Tensor<Scalar> { bias.map { y + $0 } ?? y }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("weight", &weight)
    visit("bias", &bias)
  }
}
