import Energies
import EnergyTesting
import Foundation
import Tensors
import TestSupport
import Testing

struct LayeredNetworkTests {
  let sample = LayeredNetworkCase()

  @Test("a network with every kind of synapse keeps the laws of energies")
  func laws() {
    var options = LawOptions(tokens: .ordered, constants: ["synapses.4.synapse.beta"])
    // The state is one vector, of which the network takes no two.
    options.takesAnyTokenCount = false
    let report = EnergyLaws.check(
      sample.network, at: sample.network.lagrangian.activations(at: sample.state()), options: options)
    #expect(report.isSatisfied, "\(report)")
  }

  @Test("every kind of synapse pulls its own layers by the slope of its energy, and no other")
  func synapseLaws() {
    let report = LayeredLaws.check(
      sample.network, at: sample.network.lagrangian.activations(at: sample.state()))
    #expect(report.isSatisfied && report.unchecked.isEmpty, "\(report)")
  }

  @Test("layers side by side keep the laws of Lagrangians")
  func lagrangianLaws() {
    let report = LagrangianLaws.check(sample.network.lagrangian, at: sample.state())
    #expect(report.isSatisfied, "\(report)")
  }

  @Test("the activations of a layer are those of its own Lagrangian, in its own shape")
  func activationsByLayer() {
    let x = sample.state()
    let layers = sample.network.layers(of: sample.network.lagrangian.activations(at: x))
    let states = sample.network.layers(of: x)
    #expect(layers.names == ["picture", "features", "labels", "words"])
    #expect(layers["picture"].elements == states["picture"].elements)
    let features = states["features"].elements.map { tanh(1.3 * $0) }
    expectClose(
      actual: layers["features"], expected: Tensor(shape: [2, 3, 2, 3], elements: features), relative: 1e-14)
    // A softmax over the last axis: the labels of each example sum to 1; each word has length 1.
    expectClose(
      actual: layers["labels"].sum(axes: [1]), expected: Tensor(shape: [2], elements: [1, 1]), relative: 1e-14
    )
    expectClose(
      actual: layers["words"].squared().sum(axes: [2]), expected: Tensor(repeating: 1, shape: [2, 3]),
      relative: 1e-4)
  }

  @Test("layers joined to a state and taken apart again are the same")
  func roundTrip() {
    let layers = sample.network.layers(of: sample.state())
    let state = sample.network.tokens(
      Dictionary(uniqueKeysWithValues: zip(layers.names, layers.values)))
    #expect(state.values.elements == sample.state().values.elements)
    let alone = sample.network.tokens(["labels": normalTensor([3, 4], seed: 1)])
    #expect(alone.values.shape == [3, 1, 40 + 18 + 4 + 18])
    #expect(sample.network.layers(of: alone)["picture"].elements.allSatisfy { $0 == 0 })
  }

  @Test("the neurons' own energy of a state of zeros is -log n for a softmax layer and 0 for linear neurons")
  func zeroState() {
    let layers = [
      NeuronLayer<Double>("nine", shape: [9], lagrangian: SoftmaxLagrangian()),
      NeuronLayer("eight", shape: [8], lagrangian: SoftmaxLagrangian()),
      NeuronLayer("linear", shape: [5], lagrangian: IdentityLagrangian()),
    ]
    let network = LayeredNetwork(layers)
    let parts = network.lagrangian.legendreTransformByPart(at: network.tokens(batch: 2))
    // Figures of hamux's tests: logarithms of 9 and 8.
    let expected = ["nine": -2.197224577336219, "eight": -2.079441541679836, "linear": 0]
    #expect(parts.parts.map(\.name) == ["nine", "eight", "linear"])
    for (name, value) in expected {
      expectClose(
        actual: parts[name] ?? Tensor(0), expected: Tensor(repeating: value, shape: [2]), relative: 1e-15)
    }
  }

  @Test("the gradient of the neurons' own energy with respect to the activations is the state")
  func neuronGradient() {
    // By the chain rule d/dx (⟨x, g⟩ - L) = M x, which is x seen through M = dg/dx.
    let lagrangian = sample.network.lagrangian
    let x = sample.state().values
    let found = gradient(at: x) { lagrangian.legendreTransform(at: Tokens($0)).sum() }
    let variable = x.variable()
    let g = lagrangian.activations(at: Tokens(variable)).values
    let expected = gradients(of: g, withRespectTo: [variable], cotangent: x)[0]
    expectClose(actual: found, expected: expected.detached, relative: 1e-10, absolute: 1e-12)
  }

  @Test("an example that is padding has no energy, and another example does not notice")
  func padding() {
    let mask = TokenMask(batch: 2, tokenCount: 1, isReal: [true, false])
    let x = Tokens(sample.state().values, mask: mask)
    let found = sample.network.energyByPart(at: sample.network.lagrangian.activations(at: x))
    let whole = sample.network.energyByPart(at: sample.network.lagrangian.activations(at: sample.state()))
    for (part, other) in zip(found.parts, whole.parts) {
      #expect(part.energy.elements[1] == 0)
      #expect(part.energy.elements[0] == other.energy.elements[0])
    }
  }

  @Test("the parts of the energy are named by layers and synapse")
  func names() {
    #expect(
      sample.network.synapses.map(\.name) == [
        "picture-features convolution", "features bias", "features-labels dense", "picture-labels hidden",
        "words-words attention", "labels-labels-labels cubic",
      ])
  }

  @Test("neurons move at the inverse of their layer's time constant, and not at all where they are held")
  func rates() {
    let flags = Tensor<Double>(shape: [2, 4], elements: [1, 0, 0, 0, 0, 0, 1, 0])
    let rates = sample.network.layers(
      of: Tokens(sample.network.rates(clamping: ["features"], held: ["labels": flags])))
    #expect(Set(rates["picture"].elements) == [0.5])
    #expect(Set(rates["features"].elements) == [0])
    #expect(rates["labels"].elements == [0, 2, 2, 2, 2, 2, 0, 2])
    #expect(Set(rates["words"].elements) == [1])
  }
}
