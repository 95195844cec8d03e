import Dynamics
import Tensors
import TestSupport
import Transformers

/// Small node models whose sizes all differ, with noise on every parameter.
enum NodeExample {
  static func network(
    steps: Int = 3, blocks: Int = 2, positions: Int = 0, noise: Double = 0.1
  ) -> NodeEnergyConfiguration {
    var configuration = NodeEnergyConfiguration(
      featureCount: GraphExample.inputSize, dimension: 5, headCount: 2, keySize: 4, memoryCount: 6)
    configuration.blockCount = blocks
    configuration.positionCount = positions
    configuration.descent = DescentSettings(steps: steps, stepSize: 0.3)
    configuration.noiseDeviation = noise
    return configuration
  }

  static func classifier(
    _ network: NodeEnergyConfiguration, readOut: NodeEnergyTransformerConfiguration.ReadOut = .firstStep,
    readsEnergies: Bool = true, dropout: Double = 0
  ) -> NodeEnergyTransformer<Double> {
    var configuration = NodeEnergyTransformerConfiguration(network: network, classCount: 3)
    configuration.readOutSize = 7
    configuration.readOut = readOut
    configuration.readsEnergies = readsEnergies
    configuration.dropout = dropout
    return NodeEnergyTransformer<Double>(configuration, random: RandomStream(seed: 3)).shaken(4)
  }

  static func reconstruction(_ network: NodeEnergyConfiguration) -> NodeFeatureReconstruction<Double> {
    NodeFeatureReconstruction<Double>(network, random: RandomStream(seed: 5)).shaken(6)
  }

  /// Graphs with an isolated node, a self pair and repeated pairs: in all directions, and with every pair both ways.
  static func graph(isSymmetric: Bool = false) -> GraphExample {
    let graph = GraphExample(seed: 1)
    guard isSymmetric else { return graph }
    let (rows, columns) = (graph.neighbours.rows, graph.neighbours.columns)
    return GraphExample(
      neighbours: CompressedSparseRows(
        rowCount: graph.nodeCount, columnCount: graph.nodeCount, rows: rows + columns, columns: columns + rows
      ),
      features: graph.features)
  }

  static func energyGraph(_ example: GraphExample, positions: Int = 0) throws -> NodeEnergyGraph<Double> {
    NodeEnergyGraph(
      example.neighbours,
      positions: positions > 0 ? try LaplacianPositions(of: example.neighbours, count: positions) : nil)
  }

  /// Nodes without neighbours.
  static func isolated(_ count: Int) -> GraphExample {
    var random = RandomStream(seed: 9)
    return GraphExample(
      neighbours: CompressedSparseRows(rowCount: count, columnCount: count, rows: [], columns: []),
      features: .normal([count, GraphExample.inputSize], using: &random))
  }
}
