import Foundations
public import Tensors

/// What couples layers of neurons: a function of their activations that is part of a network's energy.
///
/// It may couple any number of layers, and a layer with itself. A type needs one method; what the layers feel of each
/// other, -dE/dg of each, comes from differentiation.
public protocol Synapse<Scalar>: Parameterized {
  // Declared again so that a type need not spell it out.
  override associatedtype Scalar

  /// The energy of each example, [batch].
  ///
  /// - Parameter layers: The activations of the layers that the synapse was put between, [batch, …] each, in that order.
  func energy(of layers: [Tensor<Scalar>]) -> Tensor<Scalar>

  /// The layers that it couples, for the check of a network; nil when it takes any number.
  var layerCount: Int? { get }

  /// What the synapse is called in reports, unless the network calls it otherwise.
  var name: String { get }
}

extension Synapse {
  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {}
  public var layerCount: Int? { nil }
  public var name: String { String(describing: Self.self) }
}

/// A synapse that is a function of one's own.
///
///     network.connect("a", "b", "c", by: ClosureSynapse { layers in -(layers[0] * layers[1] * layers[2]).sum(axes: [1]) })
public struct ClosureSynapse<Scalar: TensorScalar>: Synapse {
  private let function: @Sendable ([Tensor<Scalar>]) -> Tensor<Scalar>
  public let name: String

  /// A synapse whose energy of each example, [batch], is a function of the activations of its layers, [batch, …] each.
  public init(name: String = "closure", _ function: @escaping @Sendable ([Tensor<Scalar>]) -> Tensor<Scalar>)
  {
    self.function = function
    self.name = name
  }

  public func energy(of layers: [Tensor<Scalar>]) -> Tensor<Scalar> { function(layers) }
}

extension Tensor {
  /// The numbers of each example in one row, [batch, numbers].
  var rowsOfExamples: Tensor { reshaped([shape[0], shape.dropFirst().reduce(1, *)]) }

  /// The inner product of each example's numbers with those of another tensor of as many, [batch].
  func innerProducts(_ other: Tensor) -> Tensor { (rowsOfExamples * other.rowsOfExamples).sum(axes: [1]) }
}
