import Encoders
import Foundation
import Memories
import Tensors
import TestSupport
import Testing

/// Heads with other rules, against tensor operations on the first layer.
struct HeadRuleTests {
  private let reference: PublishedEncoderCase<Double>
  private let encoder: TransformerEncoder<Double>
  private let ids = [4, 33, 12, 58, 7, 21, 40, 2, 19]
  private var tokens: EncoderTokens { EncoderTokens(ids: [ids]) }
  private var firstLayer: [HeadIndex] { encoder.configuration.heads.filter { $0.layer == 0 } }

  init() throws {
    reference = try PublishedEncoderCase<Double>()
    encoder = try reference.encoder()
  }

  private func expectWeights(
    _ rule: HeadRule, _ expected: (_ head: Int) throws -> Tensor<Double>
  ) throws {
    let changed = encoder.replacing(firstLayer, by: rule)
    for (place, weights) in zip(firstLayer, changed.weights(of: firstLayer, over: tokens)) {
      expectClose(
        actual: weights, expected: try expected(place.head), relative: 0, absolute: 1e-12, "\(rule) \(place)")
    }
    // What it does to one head it does not do to the others.
    let one = encoder.replacing([firstLayer[1]], by: rule).weights(of: firstLayer, over: tokens)
    let before = encoder.weights(of: firstLayer, over: tokens)
    #expect(one[0].elements == before[0].elements && one[2].elements == before[2].elements)
    #expect(one[1].elements != before[1].elements)
  }

  /// Gaussians whose centres rise evenly and whose widths repeat.
  private static func gaussians(count: Int, from start: Double, step: Double, shift: Int) -> GaussianWeighting
  {
    let means = (0..<count).map { (index: Int) -> Double in start + step * Double(index) }
    let deviations = (0..<count).map { (index: Int) -> Double in 0.25 + 0.1 * Double((index + shift) % 5) }
    return GaussianWeighting(means: means, deviations: deviations)
  }

  @Test("uniform averages")
  func uniform() throws {
    try expectWeights(.uniform) { _ in Tensor(repeating: 1.0 / 9, shape: [9, 9]) }
  }

  @Test("Hopfield retrievals of 2 and 4 updates are those of a modern Hopfield network", arguments: [2, 4])
  func retrieval(updates: Int) throws {
    let layer = try PlainFirstLayer(reference, ids: ids, segments: ids.map { _ in 0 })
    try expectWeights(.retrieval(updates: updates)) { head in
      let network = ModernHopfieldNetwork(patterns: layer.keys[head], beta: reference.configuration.beta)
      var states = layer.queries[head]
      for _ in 1..<updates { states = network.updated(states) }
      return network.weights(at: states)
    }
  }

  @Test("a retrieval of one update is the published rule, bit by bit")
  func oneUpdate() {
    let changed = encoder.replacing(encoder.configuration.heads, by: .retrieval(updates: 1))
    #expect(changed.sentenceVectors(of: tokens).elements == encoder.sentenceVectors(of: tokens).elements)
  }

  @Test("Gaussian weights by their formula, at the fitted length and at others")
  func gaussian() throws {
    let gaussians = Self.gaussians(count: 9, from: -0.8, step: 0.2, shift: 0)
    #expect(gaussians.parameterCount == 18)
    var elements: [Double] = []
    for query in 0..<9 {
      let row = (0..<9).map { (key: Int) -> Double in
        let distance = ((Double(key) - 4) / 4 - gaussians.means[query]) / gaussians.deviations[query]
        return exp(-0.5 * distance * distance)
      }
      let total = row.reduce(0, +)
      elements += row.map { $0 / total }
    }
    let expected = Tensor(shape: [9, 9], elements: elements)
    expectClose(actual: gaussians.weights(count: 9, Double.self), expected: expected, relative: 1e-12)
    try expectWeights(.gaussian(gaussians)) { _ in expected }
    // Ends stay ends, what lies between is interpolated: a straight line of Gaussians of one width stays one.
    let even = GaussianWeighting(means: gaussians.means, deviations: gaussians.means.map { _ in 0.3 })
      .resized(to: 17)
    for (index, mean) in even.means.enumerated() {
      let expected = -0.8 + 0.1 * Double(index)
      #expect(abs(mean - expected) < 1e-12 && abs(even.deviations[index] - 0.3) < 1e-12)
    }
    let longer = gaussians.resized(to: 17)
    #expect(abs(longer.means[16] - gaussians.means[8]) < 1e-12)
    #expect(abs(longer.deviations[0] - gaussians.deviations[0]) < 1e-12)
    // Between a flat and a narrow one: half of 1/σ², at the narrow one's position.
    let mixed = GaussianWeighting(means: [100, -0.5], deviations: [200, 0.2]).resized(to: 3)
    #expect(abs(mixed.means[1] + 0.5) < 1e-3 && abs(mixed.deviations[1] - 0.2 * 2.0.squareRoot()) < 1e-3)
    #expect(gaussians.resized(to: 1).means.count == 1 && gaussians.resized(to: 9) == gaussians)
    #expect(
      GaussianWeighting.positions(count: 1) == [0] && GaussianWeighting.positions(count: 3) == [-1, 0, 1])
  }

  @Test("a fit finds the Gaussians that answers were made with")
  func fitRecovers() {
    let (heads, length, size) = (2, 12, 30)
    let values = normalTensor([heads, length, size], seed: 3, as: Double.self)
    let gaussians = (0..<heads).map {
      Self.gaussians(count: length, from: -0.9 + 0.1 * Double($0), step: 0.15, shift: $0)
    }
    let weights = Tensor<Double>.concatenated(
      gaussians.map { $0.weights(count: length, Double.self).reshaped([1, length, length]) }, axis: 0)
    var fit = GaussianFit(headCount: heads, length: length)
    fit.add(values: values, answers: weights.matrixProduct(values))
    for (found, wanted) in zip(fit.weightings(), gaussians) {
      expectClose(
        actual: found.weights(count: length, Double.self),
        expected: wanted.weights(count: length, Double.self),
        relative: 0, absolute: 1e-6)
    }
  }

  @Test("a fit finds Gaussians on one token of many")
  func fitOfPoints() {
    let (length, size) = (65, 40)
    let values = normalTensor([1, length, size], seed: 8, as: Double.self)
    // Each query answers with the token after it.
    let next = (0..<length).map { ($0 + 1) % length }
    var fit = GaussianFit(headCount: 1, length: length)
    fit.add(values: values, answers: values.gathered(next, axis: 1))
    let weights = fit.weightings()[0].weights(count: length, Double.self)
    for query in 0..<length { #expect(weights[query, next[query]] > 0.999, "\(query)") }
  }

  @Test("no other Gaussian answers better than the fitted one")
  func fitIsBest() throws {
    let sequences = (0..<5).map { row in (0..<9).map { (row * 29 + $0 * 11) % 61 } }
    let fitted = encoder.gaussianWeightings(over: EncoderTokens(ids: sequences))
    #expect(fitted.count == encoder.configuration.heads.count)
    let layers = try sequences.map { try PlainFirstLayer(reference, ids: $0, segments: $0.map { _ in 0 }) }
    for head in 0..<3 {
      func losses(_ gaussians: GaussianWeighting) -> [Double] {
        let own = gaussians.weights(count: 9, Double.self)
        var sums = [Double](repeating: 0, count: 9)
        for layer in layers {
          let network = ModernHopfieldNetwork(patterns: layer.keys[head], beta: reference.configuration.beta)
          let missing = (network.weights(at: layer.queries[head]) - own).matrixProduct(layer.values[head])
          let squares = missing.squared().sum(axes: [1]).elements
          for query in 0..<9 { sums[query] += squares[query] }
        }
        return sums
      }
      let best = losses(fitted[head])
      for (mean, factor) in [
        (0.01, 1.0), (-0.01, 1), (0, 1.02), (0, 0.98), (0.3, 1), (-0.3, 1), (0, 2), (0, 0.5),
      ] {
        let other = GaussianWeighting(
          means: fitted[head].means.map { $0 + mean }, deviations: fitted[head].deviations.map { $0 * factor }
        )
        for (query, loss) in losses(other).enumerated() {
          #expect(loss >= best[query] * (1 - 1e-5), "head \(head) query \(query)")
        }
      }
      // None of a grid of its own, finer than that of the starts.
      for mean in stride(from: -1.5, through: 1.5, by: 0.15) {
        for logDeviation in stride(from: -2.5, through: 2, by: 0.3) {
          let other = GaussianWeighting(
            means: [Double](repeating: mean, count: 9),
            deviations: [Double](repeating: exp(logDeviation), count: 9))
          for (query, loss) in losses(other).enumerated() {
            #expect(loss >= best[query] * (1 - 1e-5), "head \(head) query \(query): \(mean) \(logDeviation)")
          }
        }
      }
    }
  }
}
