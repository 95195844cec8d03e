import Energies
import HopfieldLayers
import Tensors
import TestSupport
import Testing

/// What masks, padding, order, batches and dropout change, and what they do not.
struct HopfieldMaskTests {
  @Test("padding changes nothing but its own association, which is 0", arguments: HopfieldExample.all)
  func padding(example: HopfieldExample) {
    let layer = example.layer(40)
    let patterns = example.patterns(41)
    let padded = HopfieldPatterns(
      states: patterns.states, stored: widened(patterns.stored, 42),
      values: patterns.values.map { widened($0, 43) })
    let mask = TokenMask(lengths: [5, 5], tokenCount: 7)
    comparePadded(
      layer.associate(padded, masks: AssociationMasks(stored: mask)), with: layer.associate(patterns))
    let scores = normalTensor([2, 1, 3, 7], seed: 39)
    comparePadded(
      layer.associate(padded, masks: AssociationMasks(stored: mask, scores: scores)),
      with: layer.associate(patterns, masks: AssociationMasks(scores: scores.sliced(axis: 3, 0..<5))))
  }

  private func comparePadded(_ found: AssociationResult<Double>, with plain: AssociationResult<Double>) {
    expectClose(actual: found.output, expected: plain.output, relative: 1e-12, absolute: 1e-14)
    let extra = found.weights.shape[3] - 7
    let kept = Tensor.concatenated(
      [found.weights.sliced(axis: 3, 0..<5), found.weights.sliced(axis: 3, 7..<7 + extra)], axis: 3)
    expectClose(actual: kept, expected: plain.weights, relative: 1e-12, absolute: 1e-15)
    #expect(found.weights.sliced(axis: 3, 5..<7).elements.allSatisfy { $0 == 0 })
  }

  private func widened(_ x: Tensor<Double>, _ seed: UInt64) -> Tensor<Double> {
    .concatenated([x, normalTensor([2, 2, x.shape[2]], seed: seed) * 30], axis: 1)
  }

  @Test("the order of stored patterns changes nothing", arguments: HopfieldExample.all)
  func order(example: HopfieldExample) {
    let layer = example.layer(44)
    let patterns = example.patterns(45)
    let order = [3, 0, 4, 2, 1]
    let shuffled = HopfieldPatterns(
      states: patterns.states, stored: patterns.stored.gathered(order, axis: 1),
      values: patterns.values?.gathered(order, axis: 1))
    let (plain, found) = (layer.associate(patterns), layer.associate(shuffled))
    expectClose(actual: found.output, expected: plain.output, relative: 1e-12, absolute: 1e-14)
    expectClose(
      actual: found.weights.sliced(axis: 3, 0..<5), expected: plain.weights.gathered(order, axis: 3),
      relative: 1e-12, absolute: 1e-15)
  }

  @Test("a batch of 1 stands for every example", arguments: HopfieldExample.all)
  func sharedInputs(example: HopfieldExample) {
    let layer = example.layer(46)
    let patterns = example.patterns(47)
    for shared in 0..<3 {
      func one(_ x: Tensor<Double>, _ index: Int) -> Tensor<Double> { shared == index ? x.example(0) : x }
      func two(_ x: Tensor<Double>, _ index: Int) -> Tensor<Double> {
        shared == index ? x.example(0).repeated(to: x.shape) : x
      }
      func all(_ change: (Tensor<Double>, Int) -> Tensor<Double>) -> Tensor<Double> {
        layer(
          HopfieldPatterns(
            states: change(patterns.states, 0), stored: change(patterns.stored, 1),
            values: patterns.values.map { change($0, 2) }))
      }
      expectClose(actual: all(one), expected: all(two), relative: 1e-13, absolute: 1e-15)
    }
  }

  @Test("a state that may pick nothing gets an answer of zeros, and no NaN, also in gradients")
  func nothingToPick() {
    for example in HopfieldExample.all where !example.configuration.hasZeroPattern {
      let layer = example.layer(48)
      let patterns = example.patterns(49)
      let masks = AssociationMasks<Double>(stored: TokenMask(lengths: [0, 4], tokenCount: 5))
      let found = layer.associate(patterns, masks: masks)
      #expect(found.weights.example(0).elements.allSatisfy { $0 == 0 })
      let zeros = Array(repeating: 0.0, count: found.output.shape[2])
      let bias = layer.parameters["output.bias"]?.elements ?? zeros
      #expect(found.output.example(0).elements == (0..<3).flatMap { _ in bias })
      let gradient = valueWithGradient(at: layer) { $0(patterns, masks: masks).squared().sum() }.gradient
      #expect(gradient.values.allSatisfy { $0.isFinite })
    }
  }

  @Test("causal states see themselves and what is before them")
  func causal() {
    let layer = HopfieldAssociation<Double>(
      .attention(size: 6, headCount: 2), random: RandomStream(seed: 50)
    ).stirred(51)
    let x = normalTensor([2, 5, 6], seed: 52)
    let all = layer(HopfieldPatterns(x), masks: .causal(5))
    for count in 1...5 {
      let part = layer(HopfieldPatterns(x.sliced(axis: 1, 0..<count)), masks: .causal(count))
      expectClose(actual: part, expected: all.sliced(axis: 1, 0..<count), relative: 1e-12, absolute: 1e-14)
    }
  }

  @Test("dropout leaves out associations, keeps their mean, and is off without a stream")
  func dropout() {
    var configuration = HopfieldConfiguration.attention(size: 6, headCount: 2)
    configuration.dropout = 0.3
    let layer = HopfieldAssociation<Double>(configuration, random: RandomStream(seed: 53)).stirred(54)
    // The first is answered by the general way, the second by states that take the projections.
    for (states, stored) in [(4, 5), (1, 30)] {
      let patterns = HopfieldPatterns(
        states: normalTensor([2, states, 6], seed: 55), stored: normalTensor([2, stored, 6], seed: 56))
      let exact = layer(patterns)
      let draws = (0..<4_000).map { layer(patterns, dropout: RandomStream(seed: $0)) }
      #expect(draws[7].elements == layer(patterns, dropout: RandomStream(seed: 7)).elements)
      #expect(draws[7].elements != draws[8].elements)
      let mean = draws.reduce(Tensor.zeros(exact.shape), +) / 4_000
      expectClose(actual: mean, expected: exact, relative: 0, absolute: 0.06)
      let spread = draws.map { ($0 - exact).squared() }.reduce(Tensor.zeros(exact.shape), +) / 4_000
      #expect(spread.elements.allSatisfy { $0 > 1e-4 })
      let found = layer.associate(patterns, dropout: RandomStream(seed: 7))
      #expect(found.weights.elements == layer.associate(patterns).weights.elements)
    }
  }
}
