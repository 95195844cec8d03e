import Foundations
public import Tensors

/// A multilayer perceptron: linear layers with relu, and in training dropout, between them.
///
/// - Shape: [..., inputs] gives [..., outputs].
/// - Cost: two operations per weight and row.
public struct Perceptron<Scalar: TensorScalar>: Parameterized {
  /// The linear layers, first to last.
  public var layers: [Linear<Scalar>]
  /// The probability with which training leaves out an output of a hidden layer.
  public let dropout: Double

  /// A perceptron with layers between `sizes`, from the number of inputs to the number of outputs; weights are normal with
  /// variance 2 / (inputs + outputs), biases 0.
  public init(sizes: [Int], dropout: Double = 0, using random: inout RandomStream) {
    requirePerceptron(sizes, dropout)
    self.dropout = dropout
    var layers: [Linear<Scalar>] = []
    for (inputs, outputs) in zip(sizes, sizes.dropFirst()) {
      layers.append(Linear(inputs: inputs, outputs: outputs, using: &random))
    }
    self.layers = layers
  }

  /// The same, each layer drawn from a child of one stream.
  package init(sizes: [Int], dropout: Double, random: RandomStream) {
    requirePerceptron(sizes, dropout)
    self.dropout = dropout
    layers = zip(sizes, sizes.dropFirst()).enumerated().map { index, size in
      Linear(inputs: size.0, outputs: size.1, random: random.child(UInt64(index)))
    }
  }

  /// A perceptron of the sizes of a configuration, for rows of `inputs` numbers.
  package init(_ configuration: PerceptronConfiguration, inputs: Int, random: RandomStream) {
    self.init(
      sizes: [inputs] + configuration.hiddenSizes + [configuration.classCount],
      dropout: configuration.dropout,
      random: random)
  }

  /// The outputs of the last layer.
  ///
  /// - Parameters:
  ///   - inputs: […, features].
  ///   - random: The stream that dropout draws from in training; nil for no dropout.
  public func callAsFunction(_ inputs: Tensor<Scalar>, dropout random: RandomStream? = nil) -> Tensor<Scalar>
  {
    var x = layers[0](inputs)
    for (index, layer) in layers.enumerated().dropFirst() {
      x = layer(x.relu().withDropout(dropout, random: random?.child(UInt64(index))))
    }
    return x
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) { visit("layers", &layers) }
}

private func requirePerceptron(_ sizes: [Int], _ dropout: Double) {
  require(
    sizes.count >= 2 && sizes.allSatisfy { $0 > 0 },
    "a perceptron needs at least an input and an output size, all positive, not \(sizes)")
  requireDropout(dropout)
}

extension Tensor {
  /// The Gaussian error linear unit in its tanh form, x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).
  ///
  /// Computed as x sigmoid(2 sqrt(2/pi) (x + 0.044715 x^3)), the same function in fewer operations.
  ///
  /// - Source: Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016.
  public func gaussianErrorLinearUnit() -> Tensor {
    let slope = Scalar(2 * (2 / Double.pi).squareRoot())
    return self * (self * (squared() * (slope * 0.044715) + slope)).sigmoid()
  }
}
