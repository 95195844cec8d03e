import Foundations
public import Layers
public import Tensors

/// A synapse of weights between all neurons of two layers, with a bias on the second where there is one.
///
///     E = -⟨g2, W g1 + b⟩
///
/// Between a layer and itself it is -⟨g, W g⟩, of which only the symmetric part of W counts.
///
/// - Shape: layers of any shape, taken as vectors; W is [neurons of the second, neurons of the first].
/// - Source: Krotov and Hopfield 2021, equation 2; `LinearSynapse` and `LinearSynapseWithBias` of hamux.
/// - Cost: 2 n1 n2 operations an example.
public struct DenseSynapse<Scalar: TensorScalar>: Synapse {
  /// W and b.
  public var map: Linear<Scalar> {
    didSet { transposedWeight = nil }
  }
  /// Wᵀ, where it has been asked for.
  var transposedWeight: Tensor<Scalar>?

  /// A synapse of given weights, [neurons of the second layer, neurons of the first], and bias.
  public init(weight: Tensor<Scalar>, bias: Tensor<Scalar>? = nil) {
    map = Linear(weight: weight, bias: bias)
  }

  /// A synapse of normal weights; the bias, where there is one, starts at 0.
  public init(
    from inputs: Int, to outputs: Int, hasBias: Bool = false, standardDeviation: Double = 0.02,
    using random: inout RandomStream
  ) {
    map = Linear(
      inputs: inputs, outputs: outputs, hasBias: hasBias, standardDeviation: standardDeviation, using: &random
    )
  }

  public var layerCount: Int? { 2 }
  public var name: String { "dense" }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) { map.visitParameters(visit) }

  public func energy(of layers: [Tensor<Scalar>]) -> Tensor<Scalar> {
    -map(layers[0].rowsOfExamples).innerProducts(layers[1])
  }
}

/// A constant force on a layer.
///
///     E = -⟨b, g⟩
///
/// - Source: `BiasSynapse` of hamux.
public struct BiasSynapse<Scalar: TensorScalar>: Synapse {
  /// b, of the shape of the layer.
  public var bias: Tensor<Scalar>

  /// A force of the shape of the layer.
  public init(_ bias: Tensor<Scalar>) { self.bias = bias }

  public var layerCount: Int? { 1 }
  public var name: String { "bias" }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) { visit("bias", &bias) }

  public func energy(of layers: [Tensor<Scalar>]) -> Tensor<Scalar> {
    require(
      Array(layers[0].shape.dropFirst()) == bias.shape,
      "a bias of shape \(bias.shape) for a layer of shape \(Array(layers[0].shape.dropFirst()))")
    return -(layers[0] * bias).rowsOfExamples.sum(axes: [1])
  }
}
