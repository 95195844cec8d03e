import Foundations
public import Layers
public import Tensors

/// A synapse through a hidden layer that is always at rest: its neurons follow the visible ones at once, and only
/// their Lagrangian is left of them.
///
///     E = -L(W1 g1 + W2 g2 + … + b)
///
/// With one layer and one row of W a stored pattern it is an associative memory: dense for a rectified polynomial L, the
/// modern Hopfield network for the softmax one.
///
/// - Shape: layers of any shape, taken as vectors; W_l is [hidden neurons, neurons of layer l].
/// - Source: Krotov and Hopfield 2021, section 3 (models A and B); `DenseSynapseHid` of hamux's demonstrations.
/// - Cost: 2 n hidden operations an example and layer.
public struct HiddenSynapse<Scalar: TensorScalar>: Synapse {
  /// W1 with the bias b, W2, …
  public var maps: [Linear<Scalar>]
  /// L, of the hidden neurons.
  public var lagrangian: any Lagrangian<Scalar>

  /// A synapse of weights [hidden neurons, neurons of a layer] for each layer.
  public init(
    weights: [Tensor<Scalar>], bias: Tensor<Scalar>? = nil, lagrangian: any Lagrangian<Scalar>
  ) {
    require(!weights.isEmpty, "a synapse through a hidden layer needs one layer at least")
    maps = weights.enumerated().map { Linear(weight: $1, bias: $0 == 0 ? bias : nil) }
    require(
      Set(maps.map(\.outputSize)).count == 1,
      "weights to one hidden layer have shapes \(weights.map(\.shape)), whose first axes differ")
    self.lagrangian = lagrangian
  }

  public var layerCount: Int? { maps.count }
  public var name: String { "hidden" }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("maps", &maps)
    visit("lagrangian", &lagrangian)
  }

  public func energy(of layers: [Tensor<Scalar>]) -> Tensor<Scalar> {
    let inputs = zip(maps, layers).map { $0($1.rowsOfExamples) }
    let hidden = inputs.dropFirst().reduce(inputs[0]) { $0 + $1 }
    return -lagrangian.value(at: Tokens(hidden.expanded(axis: 1)))
  }
}
