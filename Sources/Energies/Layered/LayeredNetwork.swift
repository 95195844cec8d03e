import Foundations
public import Tensors

/// A network of named layers of neurons and the synapses between them: a hierarchical associative memory.
///
///     E(g) = sum over synapses of E_s(g of its layers)   [ + sum over layers of ⟨x_l, g_l⟩ - L_l(x_l) ]
///
/// The network is an ``Energy`` of one vector, in which the layers lie side by side, so that every update rule, step size,
/// gradient path, recording and law works on it. The neurons' own energies, in brackets, are added by the descent.
///
/// ```swift
/// var network = LayeredNetwork<Float>([
///   NeuronLayer("pixels", shape: [28, 28, 1], lagrangian: IdentityLagrangian()),
///   NeuronLayer("features", shape: [12, 12, 16], lagrangian: TanhLagrangian()),
///   NeuronLayer("labels", shape: [10], lagrangian: SoftmaxLagrangian()),
/// ])
/// network.connect("pixels", "features", by: ConvolutionSynapse(weight: kernels, stride: 2))
/// network.connect("features", "labels", by: DenseSynapse(from: 2304, to: 10, using: &random))
/// ```
///
/// - Source: Krotov 2021; Hoover et al. 2022; `HAM` of hamux.
public struct LayeredNetwork<Scalar: TensorScalar>: Energy {
  /// The layers and their Lagrangians.
  public private(set) var lagrangian: PartitionedLagrangian<Scalar>
  /// The synapses, with their names and the layers they couple.
  public private(set) var synapses: [PlacedSynapse<Scalar>] = []

  /// A network of layers without synapses; layers have different names.
  public init(_ layers: [NeuronLayer<Scalar>]) { lagrangian = PartitionedLagrangian(layers) }

  /// The layers, in the order of the state.
  public var layers: [NeuronLayer<Scalar>] { lagrangian.layers }
  /// Where the layers lie in the state.
  public var layout: LayerLayout { lagrangian.layout }

  /// Puts a synapse between layers.
  ///
  /// - Parameters:
  ///   - names: The layers, in the order in which the synapse takes them; one may come twice.
  ///   - synapse: What couples them.
  ///   - name: What reports call it; the names of the layers and of the synapse when nil.
  public mutating func connect(_ names: String..., by synapse: any Synapse<Scalar>, name: String? = nil) {
    require(
      synapse.layerCount.map { $0 == names.count } ?? !names.isEmpty,
      "synapse \(synapse.name) couples \(synapse.layerCount ?? 1) layers, not \(names)")
    let full = name ?? "\(names.joined(separator: "-")) \(synapse.name)"
    require(
      !synapses.contains { $0.name == full } && !layout.names.contains(full),
      "two parts of a network are called \(full): give one another name")
    synapses.append(
      PlacedSynapse(name: full, layers: names, indices: names.map(layout.index(of:)), synapse: synapse))
  }

  public var name: String { "synapses" }

  public var closedForm: (any ClosedFormEnergy<Scalar>)? { ClosedFormNetwork(self) }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    for index in synapses.indices { visit(synapses[index].name, &synapses[index].synapse) }
    // The energy does not depend on them, but the network that is trained has them.
    visit("layers", &lagrangian)
  }

  public func energy(at g: Activations<Scalar>) -> Tensor<Scalar> { energyByPart(at: g).total }

  public func energyByPart(at g: Activations<Scalar>) -> EnergyByPart<Scalar> {
    let layers = layout.layers(of: g.realValues)
    let batch = g.values.shape[0]
    let flags = g.mask?.tensor(Scalar.self).reshaped([batch])
    let parts = synapses.map { placed in
      let energy = placed.synapse.energy(of: placed.indices.map { layers[$0] })
      require(
        energy.shape == [batch],
        "synapse \(placed.name) gives energies of shape \(energy.shape), not [\(batch)], one an example")
      return (name: placed.name, energy: flags.map { energy * $0 } ?? energy)
    }
    return EnergyByPart(parts.isEmpty ? [(name, .zeros([batch]))] : parts)
  }

  /// The activations of every layer, in its own shape.
  public func layers(of g: Activations<Scalar>) -> LayeredActivations<Scalar> {
    LayeredActivations(layout, g.values)
  }
}

/// A synapse with its place in a network.
public struct PlacedSynapse<Scalar: TensorScalar>: Sendable {
  /// What reports call it.
  public let name: String
  /// The layers it couples, in the order in which it takes them.
  public let layers: [String]
  let indices: [Int]
  /// The synapse.
  public internal(set) var synapse: any Synapse<Scalar>
}
