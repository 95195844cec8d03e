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
    if x.values.isTracked || parameters.values.contains(where: \.isTracked) {
      let parts = zip(layers, tokensByLayer(x)).map { layer, tokens in
        layer.lagrangian.activations(at: tokens).values.reshaped([x.values.shape[0]] + layer.shape)
      }
      return x.activations(layout.state(of: parts))
    }
    return x.activations(
      replaced(x.values, at: x) { lagrangian, tokens, _ in
        lagrangian.activations(at: tokens).values
      })
  }

  public func legendreTransformByPart(at x: Tokens<Scalar>) -> EnergyByPart<Scalar> {
    EnergyByPart(
      zip(layers, tokensByLayer(x)).map { ($0.name, $0.lagrangian.legendreTransform(at: $1)) })
  }

  /// The Legendre transform by layer where the activations are known already; a constant for differentiation.
  package func legendreTransformByPart(at x: Tokens<Scalar>, _ g: Activations<Scalar>) -> EnergyByPart<Scalar>
  {
    EnergyByPart(
      layers.indices.map { index in
        let range = layout.ranges[index]
        let (name, lagrangian) = (layers[index].name, layers[index].lagrangian)
        let activations = MatrixColumns(g.values, range)
        // For linear neurons g is x, and L is half of <x, g>.
        if lagrangian is IdentityLagrangian<Scalar> {
          return (name, activations.innerProducts(activations) / 2)
        }
        let products = MatrixColumns(x.values, range).innerProducts(activations)
        return (name, products - lagrangian.value(at: tokens(x, index)))
      })
  }

  /// M v as ``Lagrangian/hessianProduct(_:at:)`` gives it, layer by layer; a constant for differentiation.
  package func hessianProductByLayer(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar> {
    x.masking(
      replaced(direction, at: x) { lagrangian, tokens, range in
        let part = direction.sliced(axis: 2, range).reshaped(tokens.values.shape)
        return lagrangian.hessianProduct(part, at: tokens)
      })
  }

  /// A state with the columns of every layer but linear ones replaced by what a function gives for its Lagrangian and tokens:
  /// activations and Hessian of linear neurons change nothing.
  private func replaced(
    _ state: Tensor<Scalar>, at x: Tokens<Scalar>,
    _ part: (any Lagrangian<Scalar>, Tokens<Scalar>, Range<Int>) -> Tensor<Scalar>
  ) -> Tensor<Scalar> {
    let sum = MatrixSum(layout.checked(state))
    for index in layers.indices where !(layers[index].lagrangian is IdentityLagrangian<Scalar>) {
      sum.set(
        layout.ranges[index],
        to: part(layers[index].lagrangian, tokens(x, index), layout.ranges[index]))
    }
    return sum.tensor(state.shape)
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
    layers.indices.map { tokens(x, $0) }
  }

  private func tokens(_ x: Tokens<Scalar>, _ index: Int) -> Tokens<Scalar> {
    let (batch, shape) = (x.values.shape[0], layout.shapes[index])
    let rows = shape.dropLast().reduce(1, *)
    let mask = x.mask.map { mask in
      TokenMask(
        batch: batch, tokenCount: rows,
        isReal: mask.isReal.flatMap { [Bool](repeating: $0, count: rows) })
    }
    let layer = layout.checked(x.values).sliced(axis: 2, layout.ranges[index])
    return Tokens(layer.reshaped([batch, rows, shape[shape.count - 1]]), mask: mask)
  }
}
