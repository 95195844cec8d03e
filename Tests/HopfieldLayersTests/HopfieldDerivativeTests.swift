import Energies
import HopfieldLayers
import Tensors
import TestSupport
import Testing

/// Gradients of the Hopfield layers against finite differences, and the same bits on any number of threads.
struct HopfieldDerivativeTests {
  /// Expects the gradients of `output` in the parameters of `model` and in `inputs` to be those of finite
  /// differences.
  private func check<Model: Parameterized>(
    _ model: Model, _ inputs: [Tensor<Double>], _ comment: String,
    _ output: (Model, [Tensor<Double>]) -> Tensor<Double>
  ) where Model.Scalar == Double {
    let parameters = model.parameters
    expectGradientMatchesFiniteDifferences(
      at: parameters.values + inputs, step: 2e-4, relative: 1e-7, absolute: 1e-8, comment
    ) { points in
      let values = ParameterValues(names: parameters.names, values: Array(points.prefix(parameters.count)))
      return output(model.with(values), Array(points.dropFirst(parameters.count)))
    }
  }

  @Test("parameters, states, stored patterns, values and scores", arguments: HopfieldExample.all)
  func association(example: HopfieldExample) {
    let patterns = example.patterns(61)
    let masks = AssociationMasks<Double>(
      stored: TokenMask(lengths: [5, 4], tokenCount: 5), scores: normalTensor([2, 1, 3, 5], seed: 62))
    // A finite difference must not change the number of updates.
    var configuration = example.configuration
    if configuration.updates.tolerance != nil {
      configuration.updates = HopfieldUpdates(limit: 3, tolerance: 1e-9)
    }
    let layer = HopfieldAssociation<Double>(configuration, random: RandomStream(seed: 60)).stirred(60)
    let inputs = [patterns.states, patterns.stored, patterns.values ?? patterns.stored]
    check(layer, inputs + [masks.scores ?? Tensor(0)], example.name) { layer, inputs in
      layer(
        HopfieldPatterns(states: inputs[0], stored: inputs[1], values: inputs[2]),
        masks: AssociationMasks(stored: masks.stored, scores: inputs[3]))
    }
  }

  @Test("states that settle one after the other: the gradient of the updates that were made")
  func settling() {
    var configuration = HopfieldConfiguration.attention(size: 5, headCount: 2, headSize: 3)
    configuration.beta = .perHead([0.6, 2.5])
    configuration.updates = .untilSettled(tolerance: 1e-2, atMost: 30)
    let layer = HopfieldAssociation<Double>(configuration, random: RandomStream(seed: 63)).stirred(64)
    let inputs = [normalTensor([3, 2, 5], seed: 65), normalTensor([3, 4, 5], seed: 66)]
    let counts = layer.associate(HopfieldPatterns(states: inputs[0], stored: inputs[1])).updateCounts
    #expect(Set(counts.elements).count > 2)
    check(layer, inputs, "settling") { layer, inputs in
      let found = layer.associate(HopfieldPatterns(states: inputs[0], stored: inputs[1]))
      #expect(found.updateCounts.elements == counts.elements)
      return found.output
    }
  }

  @Test("pooling and lookup, on the way of few states and on the general one")
  func learnedPatterns() {
    let stored = normalTensor([2, 9, 6], seed: 67)
    for queries in [1, 8] {
      let pooling = HopfieldPooling<Double>(
        .pooling(queries: queries, size: 6, headCount: 2), random: RandomStream(seed: 68)
      ).stirred(69)
      check(pooling, [stored], "\(queries) queries") { $0($1[0]) }
    }
    var configuration = HopfieldLookupConfiguration.lookup(patterns: 4, size: 6, headCount: 2)
    configuration.hasTargets = true
    let lookup = HopfieldLookup<Double>(configuration, random: RandomStream(seed: 70)).stirred(71)
    check(lookup, [stored], "lookup") { $0($1[0]) }
  }

  @Test("encoder and decoder layers, with dropout")
  func transformerLayers() {
    let association = HopfieldConfiguration.association(size: 4, headCount: 2)
    let random = RandomStream(seed: 72)
    let encoder = HopfieldEncoderLayer<Double>(
      association, hiddenSize: 5, activation: .gelu, random: random
    ).stirred(73)
    let (x, memory) = (normalTensor([2, 3, 4], seed: 74), normalTensor([2, 5, 4], seed: 75))
    check(encoder, [x], "encoder") { $0($1[0], dropout: random) }
    let decoder = HopfieldDecoderLayer<Double>(
      own: association, cross: association, hiddenSize: 5, activation: .tanh, random: random
    ).stirred(76)
    check(decoder, [x, memory], "decoder") { $0($1[0], memory: $1[1], masks: .causal(3), dropout: random) }
  }

  @Test("second derivatives, for penalties on gradients")
  func secondDerivatives() throws {
    for example in [HopfieldExample.all[1], HopfieldExample.all[2]] {
      let layer = example.layer(77)
      let patterns = example.patterns(78, states: 2, stored: 3)
      try expectSecondDerivativesMatchFiniteDifferences(
        at: [patterns.states, patterns.stored], relative: 1e-6, absolute: 1e-7
      ) { layer(HopfieldPatterns(states: $0[0], stored: $0[1], values: patterns.values)) }
    }
  }

  @Test("float agrees with double", arguments: HopfieldExample.all)
  func precision(example: HopfieldExample) {
    let layer = example.layer(79)
    let patterns = example.patterns(80)
    let single = HopfieldAssociation<Float>(example.configuration, random: RandomStream(seed: 1)).with(
      ParameterValues(
        names: layer.parameters.names, values: layer.parameters.values.map { $0.converted(to: Float.self) }))
    let found = single(
      HopfieldPatterns(
        states: patterns.states.converted(to: Float.self), stored: patterns.stored.converted(to: Float.self),
        values: patterns.values?.converted(to: Float.self)))
    expectClose(actual: found, expected: layer(patterns), relative: 1e-4, absolute: 2e-5)
  }
}
