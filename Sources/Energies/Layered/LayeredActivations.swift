import Foundations
public import Tensors

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
