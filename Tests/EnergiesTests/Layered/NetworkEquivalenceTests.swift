import Energies
import Foundation
import Tensors
import TestSupport
import Testing

/// Energies that the library has of their own are layered networks too: same energies, same gradients.
struct NetworkEquivalenceTests {
  private func expectSame(
    _ network: LayeredNetwork<Double>, _ energy: some Energy<Double>, at tokens: Tensor<Double>,
    plus neurons: Bool = false, constant: Double = 0, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let state = Tokens(tokens.reshaped([tokens.shape[0], 1, tokens.shape[1] * tokens.shape[2]]))
    let g = network.lagrangian.activations(at: state)
    var value = network.energy(at: g)
    var slope = network.gradient(at: g)
    if neurons {
      value = value + network.lagrangian.legendreTransform(at: state)
      slope = slope + state.values
    }
    let own = Activations(g.values.reshaped(tokens.shape))
    expectClose(
      actual: value + constant, expected: energy.energy(at: own), relative: 1e-12, absolute: 1e-12,
      "energy", sourceLocation: sourceLocation)
    expectClose(
      actual: slope.reshaped(tokens.shape), expected: energy.gradient(at: own), relative: 1e-11,
      absolute: 1e-12, "gradient", sourceLocation: sourceLocation)
  }

  @Test("the Energy Transformer is a layer of tokens with two synapses")
  func energyTransformer() {
    let (queries, keys) = (normalTensor([2, 3, 5], seed: 20), normalTensor([2, 3, 5], seed: 21))
    let memories = normalTensor([5, 7], seed: 22)
    let norm = LayerNormLagrangian(gamma: Tensor(1.4), delta: normalTensor([5], seed: 23))
    var network = LayeredNetwork([NeuronLayer("tokens", shape: [4, 5], lagrangian: norm)])
    network.connect("tokens", "tokens", by: AttentionSynapse(queryWeights: queries, keyWeights: keys))
    // The memory as a synapse of every token through hidden neurons: relu², the paper's.
    network.connect(
      "tokens",
      by: ClosureSynapse(name: "memory") { layers in
        let rows = layers[0].reshaped([12, 5])
        let hidden = HiddenSynapse(
          weights: [memories.transposed], lagrangian: RectifiedPolynomialLagrangian<Double>.relu)
        return hidden.energy(of: [rows]).reshaped([3, 4]).sum(axes: [1])
      })
    expectSame(
      network,
      AttentionEnergy(queryWeights: queries, keyWeights: keys) + HopfieldEnergy(memories: memories),
      at: normalTensor([3, 4, 5], seed: 24))
  }

  @Test("any energy of tokens is a synapse of the layer that holds them")
  func tokenSynapse() {
    let energy = HopfieldEnergy(memories: normalTensor([5, 7], seed: 25))
    var network = LayeredNetwork([
      NeuronLayer<Double>("tokens", shape: [4, 5], lagrangian: LayerNormLagrangian(dimension: 5))
    ])
    network.connect("tokens", by: TokenSynapse(energy))
    #expect(
      network.parameters.names == ["tokens memory.memories", "layers.tokens.gamma", "layers.tokens.delta"])
    expectSame(network, energy, at: normalTensor([3, 4, 5], seed: 26))
  }

  @Test("the modern Hopfield network is linear neurons and hidden softmax ones at rest")
  func modernHopfield() {
    let (memories, beta) = (normalTensor([5, 7], seed: 27), 1.7)
    var network = LayeredNetwork([
      NeuronLayer<Double>("visible", shape: [5], lagrangian: IdentityLagrangian())
    ])
    network.connect(
      "visible",
      by: HiddenSynapse(weights: [memories.transposed], lagrangian: SoftmaxLagrangian(beta: beta)))
    // The published energy has ½ M² + log N / beta besides.
    let longest =
      (0..<7).map { column in
        (0..<5).reduce(0.0) { $0 + pow(memories.elements[$1 * 7 + column], 2) }
      }.max() ?? 0
    expectSame(
      network, PatternMemoryEnergy(memories: memories, beta: beta), at: normalTensor([3, 1, 5], seed: 28),
      plus: true, constant: longest / 2 + log(7) / beta)
  }

  @Test("the binary network is a dense synapse of a layer with itself")
  func binary() {
    // E = -½ sum over i ≠ j of T_ij s_i s_j at corners of the cube, s = tanh of large numbers.
    let weights = normalTensor([6, 6], seed: 29)
    let symmetric = (weights + weights.transposed).elements.enumerated().map { $0 / 6 == $0 % 6 ? 0 : $1 }
    var network = LayeredNetwork([
      NeuronLayer<Double>("spins", shape: [6], lagrangian: TanhLagrangian(beta: 1))
    ])
    network.connect(
      "spins", "spins", by: DenseSynapse(weight: Tensor(shape: [6, 6], elements: symmetric.map { $0 / 2 })))
    let spins: [Double] = [1, -1, -1, 1, 1, -1, -1, -1, 1, 1, -1, 1]
    let state = network.tokens(["spins": Tensor(shape: [2, 6], elements: spins.map { 40 * $0 })])
    let found = network.energy(at: network.lagrangian.activations(at: state))
    let expected = (0..<2).map { example -> Double in
      let s = Array(spins[example * 6..<example * 6 + 6])
      var energy = 0.0
      for i in 0..<6 {
        for j in 0..<6 { energy -= 0.5 * symmetric[i * 6 + j] * s[i] * s[j] }
      }
      return energy
    }
    expectClose(actual: found, expected: Tensor(shape: [2], elements: expected), relative: 1e-12)
  }

  @Test("a dense associative memory is hidden neurons of a rectified polynomial", arguments: [2.0, 3, 6])
  func denseMemory(degree: Double) {
    let memories = normalTensor([5, 7], seed: 30)
    var network = LayeredNetwork([
      NeuronLayer<Double>("visible", shape: [5], lagrangian: TanhLagrangian())
    ])
    network.connect(
      "visible",
      by: HiddenSynapse(
        weights: [memories.transposed], lagrangian: RectifiedPolynomialLagrangian(degree: degree)))
    let state = network.tokens(["visible": normalTensor([3, 5], seed: 31)])
    let g = network.lagrangian.activations(at: state)
    let (s, xi) = (g.values.elements, memories.elements)
    // F(z) = max(z, 0)^n / n, Krotov and Hopfield 2016.
    let expected = (0..<3).map { example in
      (0..<7).reduce(0.0) { sum, memory in
        let overlap = (0..<5).reduce(0.0) { $0 + xi[$1 * 7 + memory] * s[example * 5 + $1] }
        return sum - pow(max(overlap, 0), degree) / degree
      }
    }
    expectClose(
      actual: network.energy(at: g), expected: Tensor(shape: [3], elements: expected), relative: 1e-12)
  }
}
