import Dynamics
import Energies
import Foundations
import Layers
import Tensors
import TestSupport
import Testing
import Transformers

@Suite struct NodeEnergyTransformerTests {
  @Test("the order of nodes does not matter: logits are permuted with them", arguments: [0, 2])
  func permutation(positions: Int) throws {
    let example = NodeExample.graph(isSymmetric: true)
    let order = [3, 0, 6, 5, 1, 4, 2]
    let other = example.reordered(order)
    let model = NodeExample.classifier(NodeExample.network(positions: positions))
    let logits = model.logits(
      example.features, on: try NodeExample.energyGraph(example, positions: positions))
    let permuted = model.logits(
      other.features, on: try NodeExample.energyGraph(other, positions: positions))
    expectClose(actual: permuted, expected: logits.gathered(order, axis: 0), relative: 1e-8, absolute: 1e-8)
    #expect(abs(logits[0, 0] - logits[3, 0]) > 1e-3)
  }

  @Test("isolated nodes beside a graph change nothing in it", arguments: [0, 2])
  func isolatedNodes(positions: Int) throws {
    let example = NodeExample.graph(isSymmetric: true)
    let more = example.followed(by: NodeExample.isolated(3))
    let model = NodeExample.classifier(NodeExample.network(positions: positions))
    let logits = model.logits(
      example.features, on: try NodeExample.energyGraph(example, positions: positions))
    let found = model.logits(more.features, on: try NodeExample.energyGraph(more, positions: positions))
    expectClose(
      actual: found.sliced(axis: 0, 0..<7), expected: logits, relative: 1e-10, absolute: 1e-10)
    #expect(found.isFinite)
  }

  @Test(
    "gradients of all parameters match finite differences, noise and dropout included",
    arguments: NodeEnergyTransformerConfiguration.ReadOut.allCases)
  func gradients(readOut: NodeEnergyTransformerConfiguration.ReadOut) throws {
    let example = NodeExample.graph(isSymmetric: true)
    let model = NodeExample.classifier(
      NodeExample.network(positions: 2), readOut: readOut, dropout: 0.3)
    let graph = try NodeExample.energyGraph(example, positions: 2)
    let names = model.parameters.names
    expectGradientMatchesFiniteDifferences(
      at: model.parameters.values, step: 1e-4, relative: 1e-6, absolute: 1e-7
    ) { values in
      model.with(ParameterValues(names: names, values: values))
        .logits(example.features, on: graph, training: RandomStream(seed: 8))
    }
  }

  @Test(
    "logits are those of the general descent in one piece, read out by hand", arguments: [1, 3],
    [false, true])
  func definition(steps: Int, readsEnergies: Bool) throws {
    let example = NodeExample.graph()
    let model = NodeExample.classifier(
      NodeExample.network(steps: steps), readsEnergies: readsEnergies)
    let graph = NodeEnergyGraph<Double>(example.neighbours)
    func weights(_ name: String) throws -> Tensor<Double> { try #require(model.parameters[name]) }
    var x = Tokens(
      (example.features.projected(by: try weights("encoder.features.weight"), transposed: true)
        + (try weights("encoder.features.bias")).reshaped([1, 5])).reshaped([1, 7, 5]))
    // Heads 2, key size 4, memories 6.
    func shares(_ block: EnergyTransformerBlock<Double>) -> [Tensor<Double>] {
      let energies = block.energyByNode(at: x, over: graph.neighbourhoods)
      return [energies.attention / (2 * 2), energies.memory / 6].map { $0.reshaped([1, 7, 1]) }
    }
    var energies = shares(model.network.blocks[0])
    var first: Tensor<Double>?
    for block in model.network.blocks {
      for _ in 0..<steps {
        let g = block.norm.activations(at: x)
        let energy = block.energy(over: .neighbours(graph.neighbourhoods))
        x = Tokens(x.values - energy.differentiatedGradient(at: g) * 0.3)
        first = first ?? block.norm.activations(at: x).values
      }
    }
    let last = model.network.blocks[1].norm.activations(at: x).values
    energies += shares(model.network.blocks[1])
    let read = Tensor.concatenated(
      [try #require(first), last] + (readsEnergies ? energies : []), axis: 2
    ).reshaped([7, readsEnergies ? 14 : 10])
    let hidden =
      (read.projected(by: try weights("readOut.layers.0.weight"), transposed: true)
      + (try weights("readOut.layers.0.bias")).reshaped([1, 7])).relu()
    let expected =
      hidden.projected(by: try weights("readOut.layers.1.weight"), transposed: true)
      + (try weights("readOut.layers.1.bias")).reshaped([1, 3])
    expectClose(
      actual: model.logits(example.features, on: graph), expected: expected, relative: 1e-10, absolute: 1e-10)
  }

  @Test("descents of nodes run in fused kernels, also where they are differentiated")
  func fused() {
    let model = NodeExample.classifier(NodeExample.network())
    let graph = NodeEnergyGraph<Double>(NodeExample.graph().neighbours)
    let descent = model.network.blocks[0].descent(
      model.configuration.network.descent, over: .neighbours(graph.neighbourhoods))
    let values = Tensor<Double>.ones([1, 7, 5])
    #expect(descent.computation(from: Tokens(values)).isFused)
    #expect(descent.computation(from: Tokens(values.variable())).isFused)
  }

  @Test("noise is added in training only, and comes from the stream given")
  func noise() {
    let example = NodeExample.graph()
    let graph = NodeEnergyGraph<Double>(example.neighbours)
    let (noisy, plain) = (
      NodeExample.classifier(NodeExample.network(noise: 0.2)),
      NodeExample.classifier(NodeExample.network(noise: 0))
    )
    func logits(_ model: NodeEnergyTransformer<Double>, _ seed: UInt64?) -> [Double] {
      model.logits(example.features, on: graph, training: seed.map { RandomStream(seed: $0) }).elements
    }
    #expect(logits(noisy, nil) == logits(plain, nil))
    #expect(logits(noisy, 1) == logits(noisy, 1))
    #expect(logits(noisy, 1) != logits(noisy, 2))
    #expect(logits(noisy, 1) != logits(noisy, nil))
    expectClose(
      actual: Tensor(shape: [21], elements: logits(plain, 1)),
      expected: Tensor(shape: [21], elements: logits(plain, nil)), relative: 1e-12, absolute: 1e-12)
  }

  @Test("noise of every step has the deviation sqrt(alpha) sigma")
  func deviation() {
    // Weights of 0 leave nothing but noise: x after T steps is a sum of T draws.
    var configuration = NodeExample.network(steps: 4, blocks: 1, noise: 0.5)
    configuration.dimension = 40
    var model = NodeFeatureReconstruction<Double>(configuration, random: RandomStream(seed: 1))
    model.setParameters(model.parameters.map { _, value in .zeros(value.shape) })
    model.network.blocks[0].norm.gamma = Tensor(1)
    let count = 500
    let example = NodeExample.isolated(count)
    let tokens = model.network.descendedTokens(
      example.features, on: NodeEnergyGraph(example.neighbours), training: RandomStream(seed: 2))
    let variance = tokens.squared().mean().scalar
    #expect(abs(variance - 4 * 0.3 * 0.25) < 0.01)
  }

  @Test("the parameter count is that of the formula")
  func parameterCount() {
    for (positions, blocks) in [(0, 1), (3, 2)] {
      let network = NodeExample.network(blocks: blocks, positions: positions)
      let model = NodeExample.classifier(network)
      // (F + k + 1) D + blocks (2 H Y D + D M + D + 1) + (2 D + 4) R + R + R C + C
      let expected =
        (3 + positions + 1) * 5 + blocks * (2 * 2 * 4 * 5 + 5 * 6 + 5 + 1) + 14 * 7 + 7 + 7 * 3 + 3
      #expect(model.parameterCount == expected)
      #expect(model.configuration.parameterCount == expected)
      #expect(NodeExample.reconstruction(network).parameterCount == network.parameterCount + 5 + 5 * 3 + 3)
    }
  }

  @Test("the weights of a node's keys add up to 1, and are those of the last step")
  func attention() {
    let example = NodeExample.graph()
    let graph = NodeEnergyGraph<Double>(example.neighbours)
    let weights = NodeExample.classifier(NodeExample.network()).network
      .attentionWeights(example.features, on: graph).elements
    let pattern = graph.neighbourhoods.pattern.byRow
    #expect(weights.count == pattern.pairCount)
    for node in 0..<7 {
      let sum = weights[pattern.rowStarts[node]..<pattern.rowStarts[node + 1]].reduce(0, +)
      #expect(abs(sum - 1) < 1e-12)
    }
  }

  @Test(
    "logits along a trace are those of models that take fewer steps, and at its end the model's own",
    arguments: NodeEnergyTransformerConfiguration.ReadOut.allCases)
  func logitsAlongTrace(readOut: NodeEnergyTransformerConfiguration.ReadOut) {
    let example = NodeExample.graph()
    let graph = NodeEnergyGraph<Double>(example.neighbours)
    func model(steps: Int, blocks: Int) -> NodeEnergyTransformer<Double> {
      NodeExample.classifier(NodeExample.network(steps: steps, blocks: blocks), readOut: readOut)
    }
    for blocks in [1, 2] {
      let whole = model(steps: 3, blocks: blocks)
      let trace = whole.network.trace(
        example.features, on: graph, recording: [.energies, .states(every: 1)])
      let found = whole.logits(along: trace, on: graph)
      #expect(found.map(\.count) == Array(repeating: 4, count: blocks))
      #expect(trace.allSatisfy { $0.trajectory.energies.count == 4 })
      expectClose(
        actual: found[blocks - 1][3], expected: whole.logits(example.features, on: graph), relative: 1e-12,
        absolute: 1e-12)
      guard blocks == 1 else { continue }
      for steps in 0..<3 {
        let shorter = model(steps: steps, blocks: 1).with(whole.parameters)
        expectClose(
          actual: found[0][steps], expected: shorter.logits(example.features, on: graph), relative: 1e-12,
          absolute: 1e-12)
      }
      #expect(found[0][3].elements != found[0][0].elements)
    }
  }
}
