import Tensors
import Testing
import Transformers

/// Files of weights name parameters: a model that was saved must load for as long as its names and shapes stay.
struct SavedGraphModelTests {
  /// The parameters of a block of 2 heads of 3 numbers, tokens of 5 and 7 memories.
  private static func block(_ index: Int) -> [String: [Int]] {
    let shapes = [
      "norm.gamma": [], "norm.delta": [5], "attention.queryWeights": [2, 3, 5],
      "attention.keyWeights": [2, 3, 5], "memory.memories": [5, 7],
    ]
    return Dictionary(uniqueKeysWithValues: shapes.map { ("blocks.\(index).\($0)", $1) })
  }

  private func shapes(_ model: some Parameterized) -> [String: [Int]] {
    Dictionary(uniqueKeysWithValues: zip(model.parameters.names, model.parameters.values.map(\.shape)))
  }

  @Test("the parameters of a graph model", arguments: [false, true])
  func graphModel(isFull: Bool) {
    var expected = Self.block(0).merging(Self.block(1)) { $1 }
    expected.merge([
      "encoder.features.weight": [5, 3], "encoder.features.bias": [5], "encoder.positions.weight": [5, 2],
      "classToken": [5], "norm.gamma": [], "norm.delta": [5], "decoder.weight": [4, 5], "decoder.bias": [4],
    ]) { $1 }
    if isFull {
      for block in ["blocks.0", "blocks.1"] {
        expected["\(block).attention.beta"] = [2]
        expected["\(block).adjacency.kernels"] = [9, 2]
        expected["\(block).adjacency.gains"] = [2]
      }
    }
    let model = SmallGraphs.model(SmallGraphs.configuration(learnsAdjacency: isFull, learnsBeta: isFull))
    #expect(shapes(model) == expected)
  }

  @Test("the parameters of a node model, and of one that fills in features")
  func nodeModels() {
    var network = NodeEnergyConfiguration(
      featureCount: 3, dimension: 5, headCount: 2, keySize: 3, memoryCount: 7)
    network.positionCount = 4
    var expected = Self.block(0).merging([
      "encoder.features.weight": [5, 3], "encoder.features.bias": [5], "encoder.positions.weight": [5, 4],
    ]) { $1 }
    let filling = NodeFeatureReconstruction<Float>(network, random: RandomStream(seed: 1))
    #expect(
      shapes(filling)
        == expected.merging(["maskToken": [5], "decoder.weight": [3, 5], "decoder.bias": [3]]) { $1 })
    expected.merge([
      "readOut.layers.0.weight": [6, 10], "readOut.layers.0.bias": [6], "readOut.layers.1.weight": [2, 6],
      "readOut.layers.1.bias": [2],
    ]) { $1 }
    var configuration = NodeEnergyTransformerConfiguration(network: network, classCount: 2)
    configuration.readOutSize = 6
    #expect(shapes(NodeEnergyTransformer<Float>(configuration, random: RandomStream(seed: 1))) == expected)
  }
}
