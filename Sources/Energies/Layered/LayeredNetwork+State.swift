import Foundations
public import Tensors

/// The state of a layered network, made of its layers and taken apart again.
extension LayeredNetwork {
  /// The state whose named layers have given values; the others are zero.
  ///
  /// - Parameters:
  ///   - layers: x of some layers, [batch, …] each.
  ///   - batch: The number of examples; that of the layers when nil.
  public func tokens(_ layers: [String: Tensor<Scalar>] = [:], batch: Int? = nil) -> Tokens<Scalar> {
    for name in layers.keys.sorted() { _ = layout.index(of: name) }
    let count = batch ?? layers.values.first?.shape.first
    guard let count else { fatalError("a state without layers needs a number of examples: batch") }
    let values = zip(layout.names, layout.shapes).map { name, shape in
      layers[name] ?? .zeros([count] + shape)
    }
    return Tokens(layout.state(of: values))
  }

  /// x of every layer, in its own shape.
  public func layers(of x: Tokens<Scalar>) -> LayeredActivations<Scalar> {
    LayeredActivations(layout, x.values)
  }

  /// How fast every neuron moves, [1 or batch, 1, neurons]: the inverse of the layer's time constant, and 0 where it is held.
  ///
  /// - Parameters:
  ///   - clamping: Layers of which every neuron is held.
  ///   - held: For other layers 1 where a neuron is held and 0 where it moves, of the shape of the layer or [batch, …].
  public func rates(
    clamping: Set<String> = [], held: [String: Tensor<Scalar>] = [:]
  ) -> Tensor<Scalar> {
    for name in clamping.sorted() + held.keys.sorted() { _ = layout.index(of: name) }
    let batches = layers.map { layer in
      held[layer.name].map { $0.rank == layer.shape.count + 1 ? $0.shape[0] : 1 } ?? 1
    }
    let batch = batches.max() ?? 1
    let parts = layers.map { layer in
      let rate: Scalar = clamping.contains(layer.name) ? 0 : 1 / Scalar(layer.timeConstant)
      let rates = Tensor<Scalar>(repeating: rate, shape: [batch] + layer.shape)
      guard let flags = held[layer.name] else { return rates }
      require(
        flags.shape == layer.shape || flags.shape == [batch] + layer.shape,
        "held neurons of layer \(layer.name) have shape \(flags.shape), not \(layer.shape) or "
          + "\([batch] + layer.shape)")
      return rates * (1 - flags.detached)
    }
    return layout.state(of: parts)
  }
}

/// The activations of a layered network, layer by layer, each in its own shape.
public struct LayeredActivations<Scalar: TensorScalar>: Sendable {
  /// The names of the layers.
  public let names: [String]
  /// The activations of each layer, [batch, …].
  public let values: [Tensor<Scalar>]

  init(_ layout: LayerLayout, _ g: Tensor<Scalar>) {
    names = layout.names
    values = layout.layers(of: g)
  }

  /// The activations of a layer, [batch, …].
  public subscript(name: String) -> Tensor<Scalar> {
    guard let index = names.firstIndex(of: name) else { fatalError("no layer is called \(name): \(names)") }
    return values[index]
  }
}
