import Foundations
public import Tensors

/// A layer of neurons of a ``LayeredNetwork``: its name, its shape, the Lagrangian of its neurons, and how slowly they move.
public struct NeuronLayer<Scalar: TensorScalar>: Sendable {
  /// What synapses and reports call the layer.
  public let name: String
  /// The shape of the layer in one example, such as [784] or [28, 28, 1].
  public let shape: [Int]
  /// L, whose gradient is the layer's activation. It sees the last axis as a token's numbers and the axes before it as
  /// tokens, so that a softmax over a whole picture wants the shape [784].
  public var lagrangian: any Lagrangian<Scalar>
  /// tau of the layer's flow, tau dx/dt = -dE/dg.
  public let timeConstant: Double

  /// A layer of a name and a shape.
  public init(
    _ name: String, shape: [Int], lagrangian: any Lagrangian<Scalar>, timeConstant: Double = 1
  ) {
    require(
      !shape.isEmpty && shape.allSatisfy { $0 > 0 },
      "layer \(name) has shape \(shape), of which an axis holds nothing")
    require(
      timeConstant > 0 && timeConstant.isFinite,
      "the time constant of layer \(name) is positive, not \(timeConstant)")
    self.name = name
    self.shape = shape
    self.lagrangian = lagrangian
    self.timeConstant = timeConstant
  }

  /// The number of neurons.
  public var count: Int { shape.reduce(1, *) }
}
