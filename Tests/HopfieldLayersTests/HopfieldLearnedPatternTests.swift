import Energies
import HopfieldLayers
import Tensors
import TestSupport
import Testing

/// Pooling by learned queries and lookup in learned patterns are associations.
struct HopfieldLearnedPatternTests {
  private let input = normalTensor([3, 9, 6], seed: 100)

  @Test("pooling is the association of its queries, side by side", arguments: [1, 7])
  func pooling(queries: Int) {
    let layer = HopfieldPooling<Double>(
      .pooling(queries: queries, size: 6, headCount: 2, headSize: 4), random: RandomStream(seed: 101)
    ).stirred(102)
    let masks = AssociationMasks<Double>(stored: TokenMask(lengths: [9, 2, 5], tokenCount: 9))
    let expected = layer.association(
      HopfieldPatterns(
        states: layer.queries.reshaped([1, queries, 6]).repeated(to: [3, queries, 6]), stored: input),
      masks: masks)
    let found = layer(input, masks: masks)
    #expect(found.shape == [3, 6 * queries])
    expectClose(
      actual: found, expected: expected.reshaped([3, 6 * queries]), relative: 1e-12, absolute: 1e-14)
    let result = layer.associate(input, masks: masks)
    #expect(result.output.elements == found.elements)
    #expect(result.weights.shape == [3, 2, queries, 9])
  }

  @Test("queries are drawn, and are parameters unless told otherwise")
  func queries() {
    var configuration = HopfieldPoolingConfiguration.pooling(queries: 3, size: 6)
    #expect(HopfieldPooling<Float>(configuration, random: RandomStream(seed: 1)).parameters["queries"] != nil)
    configuration.learnsQueries = false
    let layer = HopfieldPooling<Float>(configuration, random: RandomStream(seed: 1))
    #expect(layer.parameters["queries"] == nil)
    let deviation = (layer.queries.squared().mean().scalar).squareRoot()
    #expect(deviation > 0.01 && deviation < 0.04)
  }

  @Test("lookup is the association with its table in every example", arguments: [false, true])
  func lookup(hasTargets: Bool) {
    var configuration = HopfieldLookupConfiguration.lookup(patterns: 5, size: 6, headCount: 2, headSize: 4)
    configuration.hasTargets = hasTargets
    configuration.association.valueSize = hasTargets ? 3 : 6
    configuration.association.updates = .untilSettled(tolerance: 1e-5)
    let layer = HopfieldLookup<Double>(configuration, random: RandomStream(seed: 103)).stirred(104)
    let patterns = HopfieldPatterns(
      states: input, stored: layer.patterns.reshaped([1, 5, 6]).repeated(to: [3, 5, 6]),
      values: layer.targets.map { $0.reshaped([1, 5, 3]).repeated(to: [3, 5, 3]) })
    let (found, expected) = (layer.associate(input), layer.association.associate(patterns))
    expectClose(actual: found.output, expected: expected.output, relative: 1e-11, absolute: 1e-13)
    expectClose(actual: found.weights, expected: expected.weights, relative: 1e-11, absolute: 1e-14)
    #expect(found.updateCounts.elements == expected.updateCounts.elements)
    #expect(found.settled?.elements == expected.settled?.elements)
    #expect(layer(input).elements == found.output.elements)
    // With a mask the examples are taken one by one.
    for masks in [
      AssociationMasks<Double>(stored: TokenMask(lengths: [5, 3, 1], tokenCount: 5)),
      AssociationMasks(scores: normalTensor([1, 1, 9, 5], seed: 105)),
    ] {
      expectClose(
        actual: layer(input, masks: masks), expected: layer.association(patterns, masks: masks),
        relative: 1e-11, absolute: 1e-13)
    }
  }

  @Test("a table of given inputs and labels is a constant unless it is learned")
  func givenTable() {
    let association = HopfieldAssociation<Double>(
      .retrieval(size: 6, beta: 500, updates: .none, valueSize: 1), random: RandomStream(seed: 1))
    let inputs = input.example(0)
    let unit = inputs / inputs.squared().sum(axes: [2], keepingDimensions: true).squareRoot()
    let labels = Tensor<Double>(shape: [9, 1], elements: (0..<9).map { Double($0) })
    let layer = HopfieldLookup(association, patterns: unit.reshaped([9, 6]), targets: labels)
    #expect(layer.parameterCount == 0)
    expectClose(actual: layer(unit), expected: labels.reshaped([1, 9, 1]), relative: 0, absolute: 0.1)
    let learning = HopfieldLookup(
      association, patterns: unit.reshaped([9, 6]), targets: labels, learnsPatterns: true,
      learnsTargets: true)
    #expect(learning.parameters.names == ["patterns", "targets"])
  }

  @Test("a lookup in no pattern is refused with its shape, unless a pattern is stored beside them")
  func nothingStored() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let association = HopfieldAssociation<Float>(
        HopfieldConfiguration(size: 6), random: RandomStream(seed: 105))
      _ = HopfieldLookup(association, patterns: .zeros([0, 6]))
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("[0, 6]"))
    var configuration = HopfieldConfiguration(size: 6)
    configuration.hasZeroPattern = true
    let lookup = HopfieldLookup(
      HopfieldAssociation<Double>(configuration, random: RandomStream(seed: 105)), patterns: .zeros([0, 6]))
    #expect(lookup(input).isFinite)
  }
}
