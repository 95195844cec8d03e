import Foundations
public import Tensors

/// The Lagrangian of layers that lie side by side in one vector: each has its own, and the values add up.
///
///     L(x) = sum over layers of L_l(x_l)        g_l = dL_l/dx_l
///
/// - Shape: tokens [batch, 1, neurons of all layers].
/// - Source: Krotov 2021, "Hierarchical associative memory"; Hoover et al. 2022, "A universal abstraction for
///   hierarchical Hopfield networks".
public struct PartitionedLagrangian<Scalar: TensorScalar>: Lagrangian {
  /// The layers, in the order of the vector.
  public private(set) var layers: [NeuronLayer<Scalar>]
  /// Where they lie.
  public let layout: LayerLayout

  /// The Lagrangian of layers with different names.
  public init(_ layers: [NeuronLayer<Scalar>]) {
    self.layers = layers
    layout = LayerLayout(names: layers.map(\.name), shapes: layers.map(\.shape))
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    for index in layers.indices { visit(layers[index].name, &layers[index].lagrangian) }
  }

  public func value(at x: Tokens<Scalar>) -> Tensor<Scalar> {
    let values = zip(layers, tokensByLayer(x)).map { $0.lagrangian.value(at: $1) }
    return values.dropFirst().reduce(values[0]) { $0 + $1 }
  }

  public func activations(at x: Tokens<Scalar>) -> Activations<Scalar> {
    x.activations(joined(x, x.values) { lagrangian, tokens, _ in lagrangian.activations(at: tokens).values })
  }

  public func legendreTransformByPart(at x: Tokens<Scalar>) -> EnergyByPart<Scalar> {
    EnergyByPart(
      zip(layers, tokensByLayer(x)).map { ($0.name, $0.lagrangian.legendreTransform(at: $1)) })
  }

  /// One state of what a function gives for each layer: of its Lagrangian, its tokens, and the same part of `other`.
  func joined(
    _ x: Tokens<Scalar>, _ other: Tensor<Scalar>,
    _ part: (any Lagrangian<Scalar>, Tokens<Scalar>, Tensor<Scalar>) -> Tensor<Scalar>
  ) -> Tensor<Scalar> {
    let batch = x.values.shape[0]
    let parts = zip(layers, zip(tokensByLayer(x), layout.layers(of: other))).map { layer, values in
      part(layer.lagrangian, values.0, values.1.reshaped(values.0.values.shape)).reshaped(
        [batch] + layer.shape)
    }
    return layout.state(of: parts)
  }

  /// Each layer as tokens of its own, [batch, rows, last axis], padding wherever the example is.
  private func tokensByLayer(_ x: Tokens<Scalar>) -> [Tokens<Scalar>] {
    layout.layers(of: x.values).map { layer in
      let (batch, last) = (layer.shape[0], layer.shape[layer.rank - 1])
      let rows = layer.shape.dropFirst().dropLast().reduce(1, *)
      let mask = x.mask.map { mask in
        TokenMask(
          batch: batch, tokenCount: rows,
          isReal: mask.isReal.flatMap { [Bool](repeating: $0, count: rows) })
      }
      return Tokens(layer.reshaped([batch, rows, last]), mask: mask)
    }
  }
}
