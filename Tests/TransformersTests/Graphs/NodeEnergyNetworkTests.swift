import Dynamics
import Energies
import Foundation
import Foundations
import Layers
import Tensors
import TestSupport
import Testing
import Transformers

/// What node models share, looked at through the tokens after a descent.
@Suite struct NodeEnergyNetworkTests {
  private func model(_ network: NodeEnergyConfiguration) -> NodeFeatureReconstruction<Double> {
    NodeExample.reconstruction(network)
  }

  @Test("tokens are linear in features and positions, which have variance 1 over the nodes that have any")
  func tokens() throws {
    let example = NodeExample.graph(isSymmetric: true).followed(by: NodeExample.isolated(2))
    let network = model(NodeExample.network(steps: 0, positions: 2, noise: 0)).network
    let vectors = try LaplacianPositions<Double>(of: example.neighbours, count: 2).vectors
    let weights = try #require(network.encoder.positions).weight
    let offset = try #require(network.encoder.features.bias)
    // Nodes 4, 7 and 8 are isolated.
    let scale = 6.0.squareRoot()
    func tokens(_ signs: [Double]) -> Tensor<Double> {
      var elements: [Double] = []
      for node in 0..<9 {
        for d in 0..<5 {
          var value = offset[d]
          for k in 0..<3 { value += example.features[node, k] * network.encoder.features.weight[d, k] }
          for k in 0..<2 { value += signs[k] * scale * vectors[node, k] * weights[d, k] }
          elements.append(value)
        }
      }
      return Tensor(shape: [9, 5], elements: elements)
    }
    let graph = try NodeExample.energyGraph(example, positions: 2)
    expectClose(
      actual: network.descendedTokens(example.features, on: graph), expected: tokens([1, 1]), relative: 1e-12,
      absolute: 1e-12)
    // In training each eigenvector has either sign.
    let possible = [[1.0, 1], [1, -1], [-1, 1], [-1, -1]].map(tokens)
    var seen: Set<Int> = []
    for seed in 0..<24 as Range<UInt64> {
      let found = network.descendedTokens(example.features, on: graph, training: RandomStream(seed: seed))
      let matching = possible.indices.filter { index in
        (possible[index] - found).elements.allSatisfy { abs($0) < 1e-10 }
      }
      #expect(matching.count == 1)
      seen.formUnion(matching)
    }
    #expect(seen == [0, 1, 2, 3])
  }

  @Test("attention weights are softmax(beta K·Q) over a node's keys after the last step of the last block")
  func attention() {
    let example = NodeExample.graph()
    let graph = NodeEnergyGraph<Double>(example.neighbours)
    let network = model(NodeExample.network(noise: 0)).network
    let block = network.blocks[1]
    let x = network.descendedTokens(example.features, on: graph).reshaped([1, 7, 5])
    let g = block.norm.activations(at: Tokens(x)).values
    let found = network.attentionWeights(example.features, on: graph).elements
    let pattern = graph.neighbourhoods.pattern.byRow
    func projected(_ weights: Tensor<Double>, _ head: Int, _ node: Int) -> [Double] {
      (0..<4).map { y in (0..<5).reduce(0) { $0 + weights[head, y, $1] * g[0, node, $1] } }
    }
    for query in 0..<7 {
      let pairs = pattern.rowStarts[query]..<pattern.rowStarts[query + 1]
      var expected = [Double](repeating: 0, count: pairs.count)
      for head in 0..<2 {
        let q = projected(block.attention.queryWeights, head, query)
        let scores = pairs.map { pair in
          zip(q, projected(block.attention.keyWeights, head, Int(pattern.columns[pair]))).reduce(0) {
            $0 + $1.0 * $1.1
          }
        }
        let weights = scores.map { exp($0 / 2) }
        let sum = weights.reduce(0, +)
        for key in weights.indices { expected[key] += weights[key] / sum / 2 }
      }
      for (pair, value) in zip(pairs, expected) { #expect(abs(found[pair] - value) < 1e-10) }
    }
  }

  @Test("noise has the deviation sqrt(alpha) sigma at every step of every block, each time anew")
  func noise() {
    // Weights of 0 leave nothing but noise: x after two blocks of T steps is a sum of 2 T draws.
    var configuration = NodeExample.network(steps: 4, blocks: 2, noise: 0.5)
    configuration.dimension = 40
    var silent = model(configuration)
    silent.setParameters(silent.parameters.map { _, value in .zeros(value.shape) })
    for block in 0..<2 { silent.network.blocks[block].norm.gamma = Tensor(1) }
    let example = NodeExample.isolated(500)
    let tokens = silent.network.descendedTokens(
      example.features, on: NodeEnergyGraph(example.neighbours), training: RandomStream(seed: 2))
    #expect(abs(tokens.squared().mean().scalar - 8 * 0.3 * 0.25) < 0.02)
    // It is drawn in pieces, which differ.
    let elements = tokens.elements
    let products = (0..<10_000).reduce(0) { $0 + elements[$1] * elements[$1 + 4_096] } / 10_000
    #expect(abs(products) < 0.05)
  }
}
