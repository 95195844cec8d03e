import Dynamics
import Energies
import EnergyTesting
import Foundation
import Tensors
import TestSupport
import Testing

/// Descents of layered networks: the neurons' own energy, time constants, clamped layers.
struct LayeredDescentTests {
  static let network: LayeredNetwork<Double> = {
    var random = RandomStream(seed: 70)
    var network = LayeredNetwork<Double>([
      NeuronLayer("visible", shape: [6], lagrangian: IdentityLagrangian(), timeConstant: 2),
      NeuronLayer("hidden", shape: [5], lagrangian: TanhLagrangian(), timeConstant: 0.5),
      NeuronLayer("labels", shape: [3], lagrangian: SoftmaxLagrangian(beta: 2)),
    ])
    network.connect(
      "visible", "hidden", by: DenseSynapse(weight: .normal([5, 6], standardDeviation: 0.3, using: &random)))
    network.connect(
      "hidden", "labels", by: DenseSynapse(weight: .normal([3, 5], standardDeviation: 0.3, using: &random)))
    return network
  }()
  static let start = Tokens(normalTensor([4, 1, 14], seed: 71))

  private func descent(
    steps: Int = 40, clamping: Set<String> = [], gradientPath: GradientPath = .automatic
  ) -> EnergyDescent<LayeredNetwork<Double>, PartitionedLagrangian<Double>> {
    EnergyDescent(
      of: Self.network, clamping: clamping, stepSize: .constant(0.1), stop: .after(steps: steps),
      gradientPath: gradientPath)
  }

  @Test("without synapses every layer decays at the rate of its time constant")
  func decay() {
    let network = LayeredNetwork(Self.network.layers)
    let descent = EnergyDescent(of: network, stepSize: .constant(0.1), stop: .after(steps: 3))
    let found = network.layers(of: descent.run(from: Self.start).tokens)
    let start = network.layers(of: Self.start)
    for layer in network.layers {
      // x <- x - alpha / tau x, three times.
      let factor = pow(1 - 0.1 / layer.timeConstant, 3)
      expectClose(actual: found[layer.name], expected: start[layer.name] * factor, relative: 1e-13)
    }
  }

  @Test("the energy by layer and synapse falls in total at every step")
  func falls() {
    let result = descent().run(from: Self.start, recording: [.energies])
    #expect(
      result.trajectory.series.map(\.name) == [
        "visible-hidden dense", "hidden-labels dense", "visible", "hidden", "labels", "total",
      ])
    #expect(result.trajectory.fellAtEveryStep().allSatisfy { $0 })
  }

  @Test("a network of linear neurons comes to rest where its linear equations say")
  func linearEquilibrium() {
    // x1 = W x2... with a clamped layer: the other rests at W times it, for linear neurons.
    let weight = normalTensor([4, 3], seed: 72)
    var network = LayeredNetwork<Double>([
      NeuronLayer("input", shape: [3], lagrangian: IdentityLagrangian()),
      NeuronLayer("output", shape: [4], lagrangian: IdentityLagrangian()),
    ])
    network.connect("input", "output", by: DenseSynapse(weight: weight))
    let input = normalTensor([2, 3], seed: 73)
    let descent = EnergyDescent(
      of: network, clamping: ["input"], stepSize: .constant(0.5), stop: .after(steps: 100))
    let found = network.layers(of: descent.run(from: network.tokens(["input": input])).tokens)
    #expect(found["input"].elements == input.elements)
    expectClose(
      actual: found["output"], expected: input.matrixProduct(weight, otherTransposed: true), relative: 1e-12,
      absolute: 1e-13)
  }

  @Test("held neurons do not move, whatever the update rule")
  func clamped() {
    let rules: [any UpdateRule] = [
      .gradient, .momentum(0.7), .nesterov(0.7), .extrapolated(), .fixedPoint(length: 1),
      .anderson(length: 1, window: 3), .noisy(standardDeviation: 0.3, random: RandomStream(seed: 1)),
    ]
    let flags = Tensor<Double>(shape: [6], elements: [1, 0, 0, 1, 0, 0])
    for rule in rules {
      var descent = EnergyDescent(
        of: Self.network, clamping: ["labels"], held: ["visible": flags], stepSize: .constant(0.1),
        stop: .after(steps: 5))
      descent.updateRule = rule
      let (found, start) = (descent.run(from: Self.start).tokens.values, Self.start.values)
      let held: Set<Int> = [0, 3, 11, 12, 13]
      for index in 0..<14 {
        let (a, b) = (found.sliced(axis: 2, index..<index + 1), start.sliced(axis: 2, index..<index + 1))
        #expect((a.elements == b.elements) == held.contains(index), "\(rule), neuron \(index)")
      }
    }
  }

  @Test("gradient paths agree with each other and with central differences")
  func gradientPaths() {
    let parameters = Self.network.parameters
    for path in [GradientPath.unrolled, .recomputed, .automatic] {
      expectGradientMatchesFiniteDifferences(
        at: [Self.start.values] + parameters.values, relative: 1e-7, absolute: 1e-9, "\(path)"
      ) { values in
        let network = Self.network.with(
          ParameterValues(names: parameters.names, values: Array(values.dropFirst())))
        let descent = EnergyDescent(
          of: network, held: ["visible": Tensor(shape: [6], elements: [0, 1, 0, 0, 0, 0])],
          stepSize: .constant(0.1), stop: .after(steps: 3), gradientPath: path)
        return descent.run(from: Tokens(values[0])).activations.values
      }
    }
  }

  @Test("closed forms with rates and the neurons' own energy are pulled back as the unrolled steps are")
  func recomputedClosedForm() {
    let block = SmallBlock()
    let x = normalTensor([2, SmallBlock.tokenCount, SmallBlock.dimension], seed: 74)
    func loss(_ path: GradientPath, _ values: [Tensor<Double>]) -> Tensor<Double> {
      var descent = EnergyDescent(
        of: block.energy.replacing(values.dropFirst()), lagrangian: block.norm, stepSize: .constant(0.05),
        stop: .after(steps: 4), gradientPath: path)
      descent.includesNeuronEnergy = true
      descent.rates = uniformTensor([2, SmallBlock.tokenCount, 1], in: 0.2..<1, seed: 75)
      return weightedSum(descent.run(from: Tokens(values[0])).activations.values)
    }
    let points = [x] + block.energy.dependencies.values
    let unrolled = valueWithGradients(at: points) { loss(.unrolled, $0) }
    let recomputed = valueWithGradients(at: points) { loss(.recomputed, $0) }
    expectClose(actual: recomputed.value, expected: unrolled.value, relative: 1e-12)
    for (a, b) in zip(recomputed.gradients, unrolled.gradients) {
      expectClose(actual: a, expected: b, relative: 1e-9, absolute: 1e-11)
    }
  }

  @Test("the bits of a descent do not depend on how the batch is cut, rates of each example included")
  func pieces() {
    let flags = Tensor<Double>(
      shape: [4, 6], elements: (0..<24).map { $0 % 5 == 0 ? 1 : 0 })
    let descent = EnergyDescent(
      of: Self.network, held: ["visible": flags], stepSize: .constant(0.1), stop: .after(steps: 6))
    let whole = descent.run(from: Self.start).tokens.values
    for example in 0..<4 {
      let alone = EnergyDescent(
        of: Self.network, held: ["visible": flags.sliced(axis: 0, example..<example + 1)],
        stepSize: .constant(0.1), stop: .after(steps: 6))
      let found = alone.run(from: Tokens(Self.start.values.sliced(axis: 0, example..<example + 1)))
      expectClose(
        actual: found.tokens.values, expected: whole.sliced(axis: 0, example..<example + 1), relative: 1e-13,
        absolute: 1e-15)
    }
  }
}
