import Foundations
import HopfieldLayers
import Tensors
import TestSupport
import Testing

/// The Hopfield association against its formula in loops, and the models it becomes.
struct HopfieldFormulaTests {
  @Test("output, association and updates are those of a plain computation", arguments: HopfieldExample.all)
  func plain(example: HopfieldExample) {
    let layer = example.layer(1)
    let patterns = example.patterns(2)
    let found = layer.associate(patterns)
    compare(found, layer, patterns)
    #expect(layer(patterns).elements == found.output.elements)
  }

  @Test("numbers added to scores, -infinity among them, are added in every association")
  func addedScores() {
    for example in HopfieldExample.all {
      let layer = example.layer(3)
      let patterns = example.patterns(4)
      var scores = normalTensor([2, 3, 3, 5], seed: 5).elements
      for place in stride(from: 2, to: scores.count, by: 4) { scores[place] = -.infinity }
      let mask = Tensor(shape: [2, 3, 3, 5], elements: scores)
      compare(layer.associate(patterns, masks: AssociationMasks(scores: mask)), layer, patterns, added: mask)
    }
  }

  private func compare(
    _ found: AssociationResult<Double>, _ layer: HopfieldAssociation<Double>,
    _ patterns: HopfieldPatterns<Double>, added: Tensor<Double>? = nil
  ) {
    for example in 0..<2 {
      var plain = PlainAssociation(parameters: layer.parameters, configuration: layer.configuration)
      if let added { plain.added = { added[example, $0, $1, $2] } }
      let expected = plain.associate(
        states: rows(patterns.states, example), stored: rows(patterns.stored, example),
        values: patterns.values.map { rows($0, example) })
      let output = expected.output.map { row in row.map { activated($0, layer.configuration) } }
      let (heads, states, stored) = (
        layer.configuration.headCount, output.count, expected.weights[0][0].count
      )
      expectClose(
        actual: found.output.example(example),
        expected: Tensor(shape: [1, states, output[0].count], elements: output.flatMap { $0 }),
        relative: 1e-11, absolute: 1e-12, "output of example \(example)")
      expectClose(
        actual: found.weights.example(example),
        expected: Tensor(
          shape: [1, heads, states, stored], elements: expected.weights.flatMap { $0.flatMap { $0 } }),
        relative: 1e-11, absolute: 1e-13, "association of example \(example)")
      #expect(
        found.updateCounts.example(example).elements == expected.updates.flatMap { $0.map { Double($0) } })
    }
  }

  private func activated(_ x: Double, _ configuration: HopfieldConfiguration) -> Double {
    configuration.activation == .tanh ? Tensor(x).tanh().scalar : x
  }

  @Test("the attention preset is multi-head attention as written by Vaswani et al.")
  func attention() throws {
    let configuration = HopfieldConfiguration.attention(size: 6, headCount: 3)
    let layer = HopfieldAssociation<Double>(configuration, random: RandomStream(seed: 6)).stirred(7)
    #expect(layer.beta.elements == Array(repeating: 1 / 2.0.squareRoot(), count: 3))
    let (x, y) = (normalTensor([2, 4, 6], seed: 8), normalTensor([2, 5, 6], seed: 9))
    func parameter(_ name: String) throws -> Tensor<Double> { try #require(layer.parameters[name]) }
    func projected(_ x: Tensor<Double>, _ name: String) throws -> Tensor<Double> {
      x.projected(by: try parameter("\(name).weight"), transposed: true)
        + (try parameter("\(name).bias")).reshaped([1, 1, 6])
    }
    let (q, k, v) = (try projected(x, "query"), try projected(y, "key"), try projected(y, "value"))
    let heads = (0..<3).map { head in
      let part = { (t: Tensor<Double>) in t.sliced(axis: 2, 2 * head..<2 * head + 2) }
      let weights = (part(q).matrixProduct(part(k), otherTransposed: true) / 2.0.squareRoot()).softmax()
      return weights.matrixProduct(part(v))
    }
    expectClose(
      actual: layer(HopfieldPatterns(states: x, stored: y)),
      expected: try projected(.concatenated(heads, axis: 2), "output"), relative: 1e-12, absolute: 1e-13)
  }

  @Test("a head of its own beta is the single head of that beta")
  func betaByHead() {
    var configuration = HopfieldConfiguration.attention(size: 6, headCount: 2, headSize: 4)
    configuration.outputSize = nil
    configuration.beta = .perHead([0.2, 3])
    configuration.updates = .count(2)
    let layer = HopfieldAssociation<Double>(configuration, random: RandomStream(seed: 10)).stirred(11)
    let patterns = HopfieldPatterns(
      states: normalTensor([2, 3, 6], seed: 12), stored: normalTensor([2, 5, 6], seed: 13))
    let both = layer(patterns)
    for head in 0..<2 {
      var single = HopfieldConfiguration.attention(size: 6, headSize: 4)
      single.outputSize = nil
      single.updates = .count(2)
      single.beta = .value([0.2, 3][head])
      let alone = HopfieldAssociation<Double>(single, random: RandomStream(seed: 1)).with(
        ParameterValues(
          names: layer.parameters.names,
          values: layer.parameters.values.map { $0.sliced(axis: 0, 4 * head..<4 * head + 4) }))
      expectClose(
        actual: both.sliced(axis: 2, 4 * head..<4 * head + 4), expected: alone(patterns), relative: 1e-12)
    }
  }

  @Test("a few states that take the projections of many stored patterns answer the same")
  func stateSide() {
    let choices = [
      (PatternNorm.none, true, ValueProjection.independent), (.standard, false, .independent),
      (.affine, true, .independent), (.affine, true, .none),
    ]
    for (norm, bias, projection) in choices {
      var configuration = HopfieldConfiguration.attention(size: 7, headCount: 2, headSize: 9)
      configuration.values = projection
      (configuration.storedSize, configuration.valueSize) = (6, 5)
      configuration.headValueSize = projection == .none ? 5 : 8
      (configuration.storedNorm, configuration.valueNorm, configuration.hasBias) = (norm, norm, bias)
      let layer = HopfieldAssociation<Double>(configuration, random: RandomStream(seed: 14)).stirred(15)
      let stored = normalTensor([3, 40, 6], seed: 16)
      let values = normalTensor([3, 40, 5], seed: 17)
      let few = HopfieldPatterns(states: normalTensor([1, 1, 7], seed: 18), stored: stored, values: values)
      // The same state 30 times: too many for the short cut.
      let many = HopfieldPatterns(
        states: few.states.repeated(to: [1, 30, 7]), stored: stored, values: values)
      var scores = normalTensor([3, 1, 1, 40], seed: 19).elements
      for place in 0..<40 { scores[place] = -.infinity }
      let mask = Tensor(shape: [3, 1, 1, 40], elements: scores)
      let found = layer.associate(few, masks: AssociationMasks(scores: mask))
      let expected = layer.associate(
        many, masks: AssociationMasks(scores: mask.repeated(to: [3, 1, 30, 40])))
      expectClose(
        actual: found.output, expected: expected.output.sliced(axis: 1, 7..<8), relative: 1e-11,
        absolute: 1e-12)
      expectClose(
        actual: found.weights, expected: expected.weights.sliced(axis: 2, 7..<8), relative: 1e-11,
        absolute: 1e-13)
      #expect(found.weights.example(0).elements.allSatisfy { $0 == 0 })
    }
  }
}
