import Tensors

/// Linear layers with relu, and in training dropout, between them.
struct PerceptronLayers<Scalar: TensorScalar>: Parameterized {
  private let dropout: Double
  private var layers: [ConventionalLinear<Scalar>]

  init(_ configuration: PerceptronConfiguration, inputs: Int, random: RandomStream) {
    dropout = configuration.dropout
    let sizes = [inputs] + configuration.hiddenSizes + [configuration.classCount]
    layers = (0..<sizes.count - 1).map { index in
      ConventionalLinear(
        inputs: sizes[index], outputs: sizes[index + 1], random: random.child(UInt64(index)))
    }
  }

  /// - Shape: [nodes, inputs] to [nodes, classes].
  func callAsFunction(_ inputs: Tensor<Scalar>, dropout random: RandomStream?) -> Tensor<Scalar> {
    var x = layers[0](inputs)
    for (index, layer) in layers.enumerated().dropFirst() {
      x = layer(x.relu().withDropout(dropout, random?.child(UInt64(index))))
    }
    return x
  }

  mutating func visitParameters(_ visit: (_ name: String, _ value: inout Tensor<Scalar>) -> Void) {
    for index in layers.indices { layers[index].visitParameters(prefix: "layers.\(index)", visit) }
  }
}
