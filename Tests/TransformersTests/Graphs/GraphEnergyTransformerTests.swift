import Dynamics
import Energies
import Foundation
import Foundations
import Layers
import Tensors
import TestSupport
import Testing
import Transformers

struct GraphEnergyTransformerTests {
  private let graphs = SmallGraphs.all

  @Test("tokens are linear in features and position for a node, and the class token for it")
  func tokens() throws {
    let model = SmallGraphs.model()
    let positionWeights = try #require(model.encoder.positions).weight
    let offset = try #require(model.encoder.features.bias)
    let tokens = model.tokens(SmallGraphs.input(graphs))
    #expect(tokens.shape == [1, 15, 5])
    var row = 0
    for graph in graphs {
      for d in 0..<5 {
        #expect(abs(tokens[0, row, d] - offset[d] - model.classToken[d]) < 1e-12)
      }
      for node in 0..<graph.nodeCount {
        for d in 0..<5 {
          var value = offset[d]
          for k in 0..<3 { value += graph.features[node, k] * model.encoder.features.weight[d, k] }
          for k in 0..<2 { value += graph.positions[node, k] * positionWeights[d, k] }
          #expect(abs(tokens[0, row + 1 + node, d] - value) < 1e-12)
        }
      }
      row += 1 + graph.nodeCount
    }
  }

  @Test("logits are those of descents that are put together by hand")
  func byHand() {
    let model = SmallGraphs.model()
    let input = SmallGraphs.input(graphs)
    for random in [nil, RandomStream(seed: 3)] {
      var tokens = Tokens(model.tokens(input, signs: random?.child(0)))
      for (index, block) in model.blocks.enumerated() {
        let attention = NeighbourAttentionEnergy(
          queryWeights: block.attention.queryWeights, keyWeights: block.attention.keyWeights,
          neighbourhoods: input.neighbourhoods)
        tokens = SmallGraphs.descended(
          tokens, block, of: attention + block.memory, noise: random?.child(1 + UInt64(index)))
      }
      let g = model.norm.activations(at: tokens).values
      let logits = model.logits(input, training: random)
      #expect(logits.shape == [3, 4])
      SmallGraphs.expectLogits(
        logits, of: model, from: [0, 5, 8].map { row in (0..<5).map { g[0, row, $0] } })
    }
  }

  @Test("permuting the nodes of each graph leaves the logits")
  func permutedNodes() {
    let model = SmallGraphs.model()
    let orders = [[2, 0, 3, 1], [1, 0], [5, 3, 0, 4, 1, 2]]
    let permuted = zip(graphs, orders).map { $0.reordered($1) }
    expectClose(
      actual: model.logits(SmallGraphs.input(permuted)), expected: model.logits(SmallGraphs.input(graphs)),
      relative: 1e-10, absolute: 1e-11)
  }

  @Test("a graph's logits depend neither on its batch nor on its position there", arguments: [false, true])
  func batches(learnsAdjacency: Bool) {
    let model = SmallGraphs.model(SmallGraphs.configuration(learnsAdjacency: learnsAdjacency))
    let together = model.logits(SmallGraphs.input(graphs))
    for (index, graph) in graphs.enumerated() {
      expectClose(
        actual: model.logits(SmallGraphs.input([graph])),
        expected: together.sliced(axis: 0, index..<index + 1),
        relative: 1e-10, absolute: 1e-11)
    }
    let order = [2, 0, 1]
    expectClose(
      actual: model.logits(SmallGraphs.input(order.map { graphs[$0] })),
      expected: together.gathered(order, axis: 0), relative: 1e-10, absolute: 1e-11)
  }

  @Test("edges matter, and so do positions and features")
  func dependence() {
    let model = SmallGraphs.model()
    func logits(_ change: (inout SmallGraphs.Graph) -> Void) -> [Double] {
      var graph = graphs[2]
      change(&graph)
      return model.logits(SmallGraphs.input([graph])).elements
    }
    let plain = logits { _ in }
    #expect(logits { $0.edges.removeFirst(2) } != plain)
    #expect(logits { $0.positions = -$0.positions } != plain)
    #expect(logits { $0.features = $0.features * 2 } != plain)
  }

  @Test("signs of eigenvectors flip in training only, together for a graph's nodes")
  func signs() {
    let model = SmallGraphs.model(SmallGraphs.configuration(noise: 0))
    let graph = graphs[0]
    func logits(_ signs: [Double]) -> [Double] {
      var flipped = graph
      flipped.positions = graph.positions * Tensor(shape: [1, 2], elements: signs)
      return model.logits(SmallGraphs.input([flipped])).elements
    }
    let possible = [[1.0, 1], [1, -1], [-1, 1], [-1, -1]].map(logits)
    #expect(model.logits(SmallGraphs.input([graph])).elements == possible[0])
    var seen: Set<Int> = []
    for seed in 0..<24 {
      let found = model.logits(SmallGraphs.input([graph]), training: RandomStream(seed: UInt64(seed)))
        .elements
      let index = possible.firstIndex { $0 == found }
      #expect(index != nil)
      if let index { seen.insert(index) }
    }
    #expect(seen == [0, 1, 2, 3])
  }

  @Test("noise comes in training only, and from the stream that is given")
  func noise() {
    let noisy = SmallGraphs.model()
    let still = SmallGraphs.model(SmallGraphs.configuration(noise: 0))
    let input = SmallGraphs.input(graphs)
    #expect(noisy.logits(input).elements == still.logits(input).elements)
    let stream = RandomStream(seed: 4)
    #expect(noisy.logits(input, training: stream).elements != still.logits(input, training: stream).elements)
    #expect(
      noisy.logits(input, training: stream).elements == noisy.logits(input, training: stream).elements)
    #expect(
      noisy.logits(input, training: stream).elements
        != noisy.logits(input, training: RandomStream(seed: 5)).elements)
  }

  @Test("the energy of a batch is the sum of its graphs'; it falls, block after block")
  func traces() throws {
    let model = SmallGraphs.model()
    let together = model.trace(SmallGraphs.input(graphs))
    let alone = graphs.map { model.trace(SmallGraphs.input([$0])) }
    #expect(together.count == 2)
    for block in 0..<2 {
      #expect(together[block].trajectory.energies.count == 3)
      for step in 0..<3 {
        for part in ["attention", "memory"] {
          var sum = 0.0
          for results in alone {
            sum += try #require(results[block].trajectory.energies[step][part]).scalar
          }
          let whole = try #require(together[block].trajectory.energies[step][part]).scalar
          #expect(abs(sum - whole) < 1e-9 * max(1, abs(sum)))
        }
      }
      let totals = together[block].trajectory.energies.map { $0.total.scalar }
      #expect(totals[2] < totals[1] && totals[1] < totals[0])
    }
    // The second block starts where the first ended.
    let between = model.blocks[1].memory.energy(at: model.blocks[1].norm.activations(at: together[0].tokens))
    let start = try #require(together[1].trajectory.energies[0]["memory"])
    #expect(abs(start.scalar - between.scalar) < 1e-9)
  }

  @Test(
    "logits along a trace are read of its states, and at its end are the model's own",
    arguments: [false, true])
  func logitsAlongTrace(learnsAdjacency: Bool) {
    let configuration = SmallGraphs.configuration(learnsAdjacency: learnsAdjacency, noise: 0)
    let model = SmallGraphs.model(configuration)
    let input = SmallGraphs.input(graphs)
    let trace = model.trace(input, recording: [.states(every: 1)])
    let found = model.logits(along: trace, of: input)
    #expect(found.map(\.count) == [3, 3])
    expectClose(actual: found[1][2], expected: model.logits(input), relative: 1e-12, absolute: 1e-12)
    // The second block starts where the first ended.
    #expect(found[0][2].elements == found[1][0].elements)
    #expect(found[0][0].elements != found[0][1].elements)
    guard !learnsAdjacency else { return }
    // A model of the first block alone ends where that block does.
    var first = configuration
    first.blockCount = 1
    var shorter = SmallGraphs.model(first)
    (shorter.encoder, shorter.classToken, shorter.norm) = (model.encoder, model.classToken, model.norm)
    (shorter.decoder, shorter.blocks) = (model.decoder, [model.blocks[0]])
    expectClose(actual: found[0][2], expected: shorter.logits(input), relative: 1e-12, absolute: 1e-12)
  }

  @Test("weights of the class token are the mean over heads of softmax(beta K·Q) at the start of a block")
  func classTokens() throws {
    let model = SmallGraphs.model()
    let input = SmallGraphs.input(graphs)
    let weights = try #require(model.classTokenAttention(input))
    let starts = [Tokens(model.tokens(input)), model.trace(input)[0].tokens]
    for (index, block) in model.blocks.enumerated() {
      let g = block.norm.activations(at: starts[index]).values
      func projected(_ matrix: Tensor<Double>, _ head: Int, _ node: Int) -> [Double] {
        (0..<3).map { y in (0..<5).reduce(0) { $0 + matrix[head, y, $1] * g[0, node, $1] } }
      }
      for (graph, range) in input.nodeRanges.enumerated() {
        var expected = [Double](repeating: 0, count: range.count)
        for head in 0..<2 {
          let q = projected(block.attention.queryWeights, head, range.lowerBound)
          let scores = range.map { node in
            zip(q, projected(block.attention.keyWeights, head, node)).reduce(0) { $0 + $1.0 * $1.1 }
          }
          let exponentials = scores.map { exp($0 / 3.0.squareRoot()) }
          let sum = exponentials.reduce(0, +)
          for key in expected.indices { expected[key] += exponentials[key] / sum / 2 }
        }
        let found = weights[index][graph]
        #expect(found.count == range.count)
        for (value, target) in zip(found, expected) { #expect(abs(value - target) < 1e-10) }
      }
    }
    let dense = SmallGraphs.model(SmallGraphs.configuration(learnsAdjacency: true))
    #expect(dense.classTokenAttention(SmallGraphs.input(graphs)) == nil)
  }
}
