import Dynamics
import Energies
import Foundations
import Tensors
import TestSupport
import Testing
import Transformers

struct LearnedAdjacencyTests {
  @Test("weights are those of plain loops, exactly zero for pairs that are not joined")
  func loops() {
    let (graphs, nodes, dimension, heads) = (2, 4, 3, 5)
    let tokens: Tensor<Double> = normalTensor([graphs, nodes, dimension], seed: 61)
    let adjacency = Tensor<Double>(
      shape: [graphs, 1, nodes, nodes],
      elements: (0..<graphs * nodes * nodes).map { [1, 0, 1, 1, 0][$0 % 5] })
    let learned = LearnedAdjacency<Double>(
      kernels: normalTensor([9, heads], seed: 62), gains: normalTensor([heads], seed: 63))
    let weights = learned.weights(of: tokens, adjacency: adjacency)
    #expect(weights.shape == [graphs, heads, nodes, nodes])
    func product(_ graph: Int, _ i: Int, _ j: Int) -> Double {
      guard (0..<nodes).contains(i), (0..<nodes).contains(j) else { return 0 }
      return (0..<dimension).reduce(0) { $0 + tokens[graph, i, $1] * tokens[graph, j, $1] }
    }
    for graph in 0..<graphs {
      for head in 0..<heads {
        for i in 0..<nodes {
          for j in 0..<nodes {
            var value = 0.0
            for a in 0..<3 {
              for b in 0..<3 {
                value += learned.kernels[3 * a + b, head] * product(graph, i + a - 1, j + b - 1)
              }
            }
            value *= adjacency[graph, 0, i, j] * learned.gains[head]
            #expect(abs(weights[graph, head, i, j] - value) < 1e-12)
            if adjacency[graph, 0, i, j] == 0 { #expect(weights[graph, head, i, j] == 0) }
          }
        }
      }
    }
  }

  @Test("logits are those of padded graphs whose pairs are weighed by the tokens that a block starts from")
  func byHand() throws {
    let model = SmallGraphs.model(SmallGraphs.configuration(learnsAdjacency: true))
    let graphs = SmallGraphs.all
    let (lengths, largest) = (graphs.map { $0.nodeCount + 1 }, 7)
    var joined = [Double](repeating: 0, count: 3 * largest * largest)
    for (index, graph) in graphs.enumerated() {
      // Node i stands behind the class token; all of them see it, and themselves.
      let own = (0..<lengths[index]).map { ($0, $0) }
      let ofToken = (1..<lengths[index]).map { (0, $0) }
      for (a, b) in own + ofToken + graph.edges.map({ ($0.0 + 1, $0.1 + 1) }) {
        joined[(index * largest + a) * largest + b] = 1
        joined[(index * largest + b) * largest + a] = 1
      }
    }
    let adjacency = Tensor(shape: [3, 1, largest, largest], elements: joined)
    let input = SmallGraphs.input(graphs)
    for random in [nil, RandomStream(seed: 3)] {
      let flat = model.tokens(input, signs: random?.child(0)).elements
      var padded = [Double](repeating: 0, count: 3 * largest * 5)
      for (index, start) in [0, 5, 8].enumerated() {
        for element in 0..<lengths[index] * 5 {
          padded[index * largest * 5 + element] = flat[start * 5 + element]
        }
      }
      var tokens = Tokens(
        Tensor(shape: [3, largest, 5], elements: padded),
        mask: TokenMask(lengths: lengths, tokenCount: largest))
      for (index, block) in model.blocks.enumerated() {
        let weights = try #require(block.adjacency).weights(of: tokens.values, adjacency: adjacency)
        let attention = AttentionEnergy(
          queryWeights: block.attention.queryWeights, keyWeights: block.attention.keyWeights,
          bias: .multiplicative(weights))
        tokens = SmallGraphs.descended(
          tokens, block, of: attention + block.memory, noise: random?.child(1 + UInt64(index)))
      }
      let g = model.norm.activations(at: tokens).values
      let logits = model.logits(input, training: random)
      SmallGraphs.expectLogits(logits, of: model, from: (0..<3).map { row in (0..<5).map { g[row, 0, $0] } })
    }
  }

  @Test(
    "a pair of weight zero is left out, not seen with score zero: without pairs there is no attention energy")
  func pairsLeftOut() throws {
    var model = SmallGraphs.model(SmallGraphs.configuration(learnsAdjacency: true, noise: 0))
    for index in model.blocks.indices { model.blocks[index].adjacency?.gains = .zeros([2]) }
    let results = model.trace(SmallGraphs.input(SmallGraphs.all))
    for result in results {
      for energy in result.trajectory.energies {
        let attention = try #require(energy["attention"])
        let memory = try #require(energy["memory"])
        #expect(attention.elements == [0, 0, 0] && memory.isFinite)
      }
      #expect(result.tokens.values.isFinite)
    }
  }
}
