import Dynamics
import Energies
import Layers
import Tensors
import TestSupport
import Testing
import Transformers

/// Small graphs of different sizes with class tokens: one has an isolated node, one a self loop, one no edges at all.
struct SmallGraphs {
  struct Graph {
    var nodeCount: Int
    /// Between the graph's nodes, from 0; both directions are made of each.
    var edges: [(Int, Int)]
    /// [nodes, features] and [nodes, positions].
    var features: Tensor<Double>, positions: Tensor<Double>

    init(nodeCount: Int, edges: [(Int, Int)], seed: UInt64) {
      (self.nodeCount, self.edges) = (nodeCount, edges)
      features = normalTensor([nodeCount, SmallGraphs.featureCount], seed: seed)
      positions = normalTensor([nodeCount, SmallGraphs.positionCount], seed: seed + 100)
    }

    /// The same graph whose node i is node `order[i]` here.
    func reordered(_ order: [Int]) -> Graph {
      var indices = order
      for (index, node) in order.enumerated() { indices[node] = index }
      var copy = self
      copy.edges = edges.map { (indices[$0.0], indices[$0.1]) }
      copy.features = features.gathered(order, axis: 0)
      copy.positions = positions.gathered(order, axis: 0)
      return copy
    }
  }

  static let featureCount = 3, positionCount = 2

  static let all = [
    Graph(nodeCount: 4, edges: [(0, 1), (1, 3)], seed: 41),
    Graph(nodeCount: 2, edges: [], seed: 42),
    Graph(nodeCount: 6, edges: [(0, 1), (1, 2), (2, 0), (3, 2), (3, 4), (4, 5), (5, 5), (0, 1)], seed: 43),
  ]

  /// Graphs one after the other. What stands in the rows of class tokens must not matter.
  static func input(_ graphs: [Graph]) -> GraphEnergyTransformerInput<Double> {
    var (rows, columns, ranges, start) = ([Int32](), [Int32](), [Range<Int>](), 0)
    var (features, positions) = ([Tensor<Double>](), [Tensor<Double>]())
    for graph in graphs {
      for node in 0..<graph.nodeCount {
        rows += [Int32(start), Int32(start + 1 + node)]
        columns += [Int32(start + 1 + node), Int32(start)]
      }
      for (a, b) in graph.edges {
        rows += [Int32(start + 1 + a)] + (a == b ? [] : [Int32(start + 1 + b)])
        columns += [Int32(start + 1 + b)] + (a == b ? [] : [Int32(start + 1 + a)])
      }
      features += [Tensor(repeating: 7, shape: [1, featureCount]), graph.features]
      positions += [Tensor(repeating: 5, shape: [1, positionCount]), graph.positions]
      ranges.append(start..<start + 1 + graph.nodeCount)
      start += 1 + graph.nodeCount
    }
    return GraphEnergyTransformerInput(
      features: .concatenated(features, axis: 0), positions: .concatenated(positions, axis: 0),
      neighbours: CompressedSparseRows(rowCount: start, columnCount: start, rows: rows, columns: columns),
      nodeRanges: ranges)
  }

  static func configuration(
    learnsAdjacency: Bool = false, learnsBeta: Bool = false, noise: Double = 0.1
  ) -> GraphEnergyTransformerConfiguration {
    var block = EnergyTransformerConfiguration(dimension: 5, headCount: 2, keySize: 3, memoryCount: 7)
    block.learnsBeta = learnsBeta
    block.attentionDeviation = 0.5
    block.memoryDeviation = 0.5
    var configuration = GraphEnergyTransformerConfiguration(
      featureCount: featureCount, classCount: 4, block: block)
    configuration.blockCount = 2
    configuration.descent = DescentSettings(steps: 2, stepSize: 0.3)
    configuration.positionCount = positionCount
    configuration.noiseDeviation = noise
    configuration.learnsAdjacency = learnsAdjacency
    configuration.tokenDeviation = 0.8
    configuration.decoderDeviation = 0.7
    return configuration
  }

  /// Tokens after a block's descent of an energy, by the general update rules.
  static func descended(
    _ tokens: Tokens<Double>, _ block: EnergyTransformerBlock<Double>, of energy: EnergySum<Double>,
    noise: RandomStream?
  ) -> Tokens<Double> {
    var rule: any UpdateRule = .gradient
    if let noise { rule = .noisy(standardDeviation: 0.1, random: noise) }
    return EnergyDescent(
      of: energy, lagrangian: block.norm, updateRule: rule, stepSize: .constant(0.3), stop: .after(steps: 2)
    ).run(from: tokens).tokens
  }

  /// Expects the logits that the read-out gives for the activations of three class tokens.
  static func expectLogits(
    _ logits: Tensor<Double>, of model: GraphEnergyTransformer<Double>, from activations: [[Double]],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for (graph, g) in activations.enumerated() {
      for c in 0..<4 {
        var value = model.decoder.bias?[c] ?? .nan
        for d in 0..<5 { value += g[d] * model.decoder.weight[c, d] }
        #expect(abs(logits[graph, c] - value) < 1e-10, sourceLocation: sourceLocation)
      }
    }
  }

  /// A model whose sizes all differ; no offset is zero and no gain one.
  static func model(
    _ configuration: GraphEnergyTransformerConfiguration = configuration()
  ) -> GraphEnergyTransformer<Double> {
    var random = RandomStream(seed: 51)
    let model = GraphEnergyTransformer<Double>(configuration, using: &random)
    return model.with(
      model.parameters.map { name, value in
        // Inverse temperatures stay positive, kernels of the picture of weights at their own scale.
        name.hasSuffix("beta")
          ? value * Tensor(shape: value.shape, elements: value.elements.indices.map { 1 + 0.3 * Double($0) })
          : value + Tensor<Double>.normal(value.shape, standardDeviation: 0.15, using: &random)
      })
  }
}
