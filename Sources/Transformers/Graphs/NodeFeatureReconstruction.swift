import Energies
import Foundations
import Layers
public import Tensors

/// An Energy Transformer that fills in the features of masked nodes from their neighbours and memories.
///
/// Without any label it scores nodes by their share of the energy and by the error of the features that it fills in.
///
/// A masked node stays in the graph; a learned vector replaces its features. A linear decoder reads the
/// activations after the last step.
///
/// - Source: the masked training of Hoover et al. 2023 for images, on the nodes of a graph.
public struct NodeFeatureReconstruction<Scalar: TensorScalar>: Parameterized {
  /// Encoder and blocks.
  public var network: NodeEnergyNetwork<Scalar>
  /// The token that replaces the features of a masked node, [dimension].
  public var maskToken: Tensor<Scalar>
  private var decoder: Linear<Scalar>

  /// A model with random weights; the mask vector starts at 0, the mean of standardised features.
  public init(_ configuration: NodeEnergyConfiguration, random: RandomStream) {
    var stream = random.child(0)
    network = NodeEnergyNetwork(configuration, using: &stream)
    maskToken = .zeros([configuration.dimension])
    decoder = Linear(
      inputs: configuration.dimension, outputs: configuration.featureCount, random: random.child(1))
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    network.visitParameters(visit)
    visit("maskToken", &maskToken)
    visit("decoder", &decoder)
  }

  /// The features of the masked nodes as the model fills them in, [masked nodes, features].
  ///
  /// - Parameters:
  ///   - features: [nodes, features]; those of masked nodes are not read.
  ///   - graph: The graph of the nodes.
  ///   - masked: The masked nodes, each once.
  ///   - random: The stream that noise and the signs of positions are drawn from in training; nil otherwise.
  public func completed(
    _ features: Tensor<Scalar>, on graph: NodeEnergyGraph<Scalar>, masked: [Int],
    training random: RandomStream? = nil
  ) -> Tensor<Scalar> {
    var marks = [Scalar](repeating: 0, count: graph.nodeCount)
    for node in masked { marks[node] = 1 }
    let isMasked = Tensor(shape: [graph.nodeCount, 1], elements: marks)
    let tokens = network.tokens(
      features, on: graph, training: random,
      replaced: (by: maskToken, where: isMasked))
    let g = network.descend(from: tokens, on: graph, training: random).activations.values
    return decoder(g.reshaped([graph.nodeCount, network.configuration.dimension]).gathered(masked, axis: 0))
  }

  /// The mean squared error of the features filled in for each node while it is masked, [nodes].
  ///
  /// - Parameters:
  ///   - features: [nodes, features].
  ///   - graph: The graph of the nodes.
  ///   - groups: The nodes that are masked at the same time; every node is in one group.
  /// - Cost: One descent per group.
  public func reconstructionErrors(
    _ features: Tensor<Scalar>, on graph: NodeEnergyGraph<Scalar>, groups: [[Int]]
  ) -> Tensor<Scalar> {
    var errors = [Scalar](repeating: 0, count: graph.nodeCount)
    var isFilledIn = [Bool](repeating: false, count: graph.nodeCount)
    for group in groups where !group.isEmpty {
      let differences =
        completed(features, on: graph, masked: group) - features.gathered(group, axis: 0)
      for (node, error) in zip(group, differences.squared().mean(axes: [1]).elements) {
        errors[node] = error
        isFilledIn[node] = true
      }
    }
    require(isFilledIn.allSatisfy { $0 }, "every node must be masked once")
    return Tensor(shape: [graph.nodeCount], elements: errors)
  }

  /// The same with a share of the nodes masked at a time, as in training: groups of about as many nodes each, drawn at random.
  ///
  /// - Parameters:
  ///   - features: [nodes, features].
  ///   - graph: The graph of the nodes.
  ///   - share: Above 0 and up to 1; however small, one node is masked.
  ///   - random: The stream that groups are drawn from.
  public func reconstructionErrors(
    _ features: Tensor<Scalar>, on graph: NodeEnergyGraph<Scalar>, share: Double, random: RandomStream
  ) -> Tensor<Scalar> {
    require(share > 0 && share <= 1, "a share of \(share) masked, expected above 0 and up to 1")
    let count = graph.nodeCount
    var random = random
    let order = random.permutation(of: count)
    // A tiny share has an inverse beyond every Int.
    let groups = Int(min(Double(count), (1 / share).rounded()))
    return reconstructionErrors(
      features, on: graph,
      groups: (0..<groups).map { group in
        order[count * group / groups..<count * (group + 1) / groups].sorted()
      })
  }

  /// The shares of the nodes in the energy before the first step of the first block and after the last step of the
  /// last block, with nothing masked.
  public func energies(
    _ features: Tensor<Scalar>, on graph: NodeEnergyGraph<Scalar>
  ) -> (before: NodeEnergies<Scalar>, after: NodeEnergies<Scalar>) {
    let start = network.tokens(features, on: graph, training: nil)
    let end = network.descend(from: start, on: graph, training: nil).tokens
    return (
      network.stack.first.energyByNode(at: start, over: graph.neighbourhoods),
      network.stack.last.energyByNode(at: end, over: graph.neighbourhoods)
    )
  }
}
