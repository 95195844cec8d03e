import Encoders
import Foundation
import Memories
import Tensors
import TestSupport
import Testing

/// What is measured of heads, against the memories of this package and plain formulas.
struct HeadRegimeTests {
  @Test("every measure of the first layer's heads agrees with a modern Hopfield network of the keys")
  func againstNetwork() throws {
    let reference = try PublishedEncoderCase<Double>()
    let encoder = try reference.encoder()
    let c = reference.configuration
    let ids = [[3, 17, 50, 8, 22, 41, 9], [60, 1, 1, 30, 5, 12, 44]]
    let regimes = encoder.regimes(of: EncoderTokens(ids: ids))
    #expect(regimes.map(\.index) == c.heads)
    let layers = try ids.map { try PlainFirstLayer(reference, ids: $0, segments: $0.map { _ in 0 }) }
    for head in 0..<c.headCount {
      var expected = Expected()
      for layer in layers {
        expected.add(
          layer.queries[head], keys: layer.keys[head], values: layer.values[head], beta: c.beta)
      }
      let found = regimes[head]
      #expect(found.counts == expected.histogram(length: 7), "\(head)")
      for (value, wanted) in [
        (found.entropy, expected.mean(expected.entropies)), (found.energy, expected.mean(expected.energies)),
        (found.updatedEnergy, expected.mean(expected.updatedEnergies)),
        (found.answerChange, expected.mean(expected.changes)),
        (found.jacobianNorm, expected.mean(expected.norms)),
        (found.changedShare, expected.mean(expected.changes.map { $0 > 0.1 ? 1 : 0 })),
      ] {
        #expect(abs(value - wanted) < 1e-9, "\(head): \(value) \(wanted)")
      }
      #expect(found.updatedEnergy <= found.energy)
    }
  }

  @Test("shares of queries rise to 1; means and shares of a class by thirds are those of plain counts")
  func shares() throws {
    let reference = try PublishedEncoderCase<Double>()
    let regimes = try reference.encoder().regimes(
      of: EncoderTokens(ids: [[3, 17, 50, 8, 22, 41, 9], [60, 1, 1, 30, 5, 12, 44]]))
    for regime in regimes {
      let shares = (1...7).map { k in Double(regime.counts[0...k].reduce(0, +)) / 14 }
      #expect(regime.cumulativeShares == shares && regime.cumulativeShares.last == 1)
    }
    let mean = regimes.map(\.entropy).reduce(0, +) / Double(regimes.count)
    #expect(regimes.mean(\.entropy) == mean && [HeadRegime]().mean(\.entropy) == nil)
    let layers = regimes.layerCount
    for kind in AttentionClass.allCases {
      let shares = (0..<3).map { third -> Double in
        // Layers of thirds as they are counted: 3 layer / layers, rounded down.
        let heads = regimes.filter { 3 * $0.index.layer / layers == third }
        return Double(heads.count { $0.attentionClass == kind }) / Double(max(1, heads.count))
      }
      #expect(regimes.sharesByThird(of: kind) == shares)
      let most = shares.max() ?? 0
      let thirds = LayerThird.allCases.filter { most > 0 && shares[$0.rawValue] == most }
      #expect(regimes.thirdsWithMost(of: kind) == thirds)
    }
    #expect(AttentionClass.mediumMetastable.thirdsInBERT == [.last])
  }

  @Test("regimes over many sequences are those of their parts, merged")
  func parts() throws {
    let encoder = try PublishedEncoderCase<Double>().encoder()
    let ids = [[3, 17, 50, 8], [60, 1, 1, 30], [2, 2, 9, 40]]
    var seen: [Int] = []
    let found = encoder.regimes(ofSequences: ids, atOnce: 2) { regimes, count in
      #expect(regimes.count == encoder.configuration.heads.count)
      seen.append(count)
    }
    #expect(seen == [2, 1])
    let parts = [ids[...1], ids[2...]].map { encoder.regimes(of: EncoderTokens(ids: Array($0))) }
    #expect(found == parts[0].merged(with: parts[1]))
  }

  @Test(
    "heads are selected by layer and class, ordered from averaging ones on, and joined with other sequences")
  func selection() throws {
    let reference = try PublishedEncoderCase<Double>()
    let encoder = try reference.encoder()
    let c = reference.configuration
    let ids = [[3, 17, 50, 8, 22, 41, 9], [60, 1, 1, 30, 5, 12, 44]]
    let regimes = encoder.regimes(of: EncoderTokens(ids: ids))
    #expect(regimes.layerCount == c.layerCount && [HeadRegime]().layerCount == 0)
    let layers = (0..<c.layerCount).flatMap { regimes.heads(ofLayer: $0) }
    #expect(layers == regimes && regimes.heads(ofLayer: 1).allSatisfy { $0.index.layer == 1 })
    let classes = AttentionClass.allCases.map { regimes.heads(of: $0) }
    #expect(classes.joined().count == regimes.count)
    for (kind, heads) in zip(AttentionClass.allCases, classes) {
      #expect(heads.allSatisfy { $0.attentionClass == kind })
      #expect((regimes.typical(of: kind) == nil) == heads.isEmpty)
      if let typical = regimes.typical(of: kind) {
        let (below, above) = (
          heads.count { $0.medianCount < typical.medianCount },
          heads.count { $0.medianCount > typical.medianCount }
        )
        #expect(below <= heads.count / 2 && above < (heads.count + 1) / 2)
      }
    }
    let order = regimes.mostAveragingFirst.compactMap { place in regimes.first { $0.index == place } }
    #expect(order.count == regimes.count)
    for (a, b) in zip(order, order.dropFirst()) {
      #expect(a.medianCount >= b.medianCount)
      if a.medianCount == b.medianCount { #expect(a.entropy >= b.entropy) }
    }
    let parts = ids.map { encoder.regimes(of: EncoderTokens(ids: [$0])) }
    let merged = [HeadRegime]().merged(with: parts[0]).merged(with: parts[1])
    #expect(merged.map(\.counts) == regimes.map(\.counts))
    for (a, b) in zip(merged, regimes) { #expect(abs(a.entropy - b.entropy) < 1e-12) }
  }

  @Test("a token costs 8 D² + 4 D F + 4 D N operations a layer")
  func operations() {
    let sizes = EncoderConfiguration(
      vocabularySize: 9, positionCount: 50, dimension: 6, layerCount: 2, headCount: 3, hiddenSize: 10)
    #expect(sizes.operationsPerToken(length: 7) == 1_392)
  }

  /// Sums over queries by plain formulas.
  private struct Expected {
    var counts: [Int] = []
    var (entropies, energies, updatedEnergies): ([Double], [Double], [Double]) = ([], [], [])
    var (changes, norms): ([Double], [Double]) = ([], [])

    mutating func add(
      _ queries: Tensor<Double>, keys: Tensor<Double>, values: Tensor<Double>, beta: Double
    ) {
      let network = ModernHopfieldNetwork(patterns: keys, beta: beta)
      let (weights, updated) = (network.weights(at: queries), network.updated(queries))
      energies += network.energy(at: queries).elements
      updatedEnergies += network.energy(at: updated).elements
      let answers = weights.matrixProduct(values)
      let moved = network.weights(at: updated).matrixProduct(values)
      let count = keys.shape[0]
      for query in 0..<count {
        let p = (0..<count).map { weights[query, $0] }
        var (sum, k) = (0.0, 0)
        for weight in p.sorted(by: >) where sum < 0.9 {
          sum += weight
          k += 1
        }
        counts.append(k)
        let logs: [Double] = p.map { $0 * log($0) }
        entropies.append(-logs.reduce(0, +))
        var squares = 0.0
        for i in 0..<count {
          for j in 0..<count {
            let diagonal: Double = i == j ? p[i] : 0
            let entry = beta * (diagonal - p[i] * p[j])
            squares += entry * entry
          }
        }
        norms.append(squares.squareRoot())
        let size = values.shape[1]
        var (change, length) = (0.0, 0.0)
        for place in 0..<size {
          let (before, after) = (answers[query, place], moved[query, place])
          change += (after - before) * (after - before)
          length += before * before
        }
        changes.append((change / length).squareRoot())
      }
    }

    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    func histogram(length: Int) -> [Int] { (0...length).map { k in counts.count { $0 == k } } }
  }

  @Test("classes at their borders")
  func classes() {
    func kind(_ median: Double, _ length: Int) -> AttentionClass {
      AttentionClass(medianCount: median, sequenceLength: length)
    }
    #expect(kind(65, 128) == .globalAverage && kind(64, 128) == .largeMetastable)
    #expect(kind(16.5, 128) == .largeMetastable && kind(16, 128) == .mediumMetastable)
    #expect(kind(5, 128) == .mediumMetastable && kind(4, 128) == .smallMetastable)
    #expect(kind(1, 32) == .smallMetastable && kind(2, 32) == .mediumMetastable)
    #expect(AttentionClass.allCases.map(\.numeral) == ["I", "II", "III", "IV"])
    // The border of an average is that of fixed points.
    for k in 2...20 {
      let isAverage = FixedPointKind(dominantCount: k, patternCount: 20) == .globalAverage
      #expect(isAverage == (kind(Double(k), 20) == .globalAverage))
    }
  }

  @Test("medians, quantiles, and merging measurements")
  func quantiles() throws {
    let reference = try PublishedEncoderCase<Float>()
    let encoder = try reference.encoder()
    let ids = (0..<6).map { row in (0..<8).map { (row * 23 + $0 * 7) % 61 } }
    let all = encoder.regimes(of: EncoderTokens(ids: ids))
    let parts = [0..<2, 2..<6].map { encoder.regimes(of: EncoderTokens(ids: Array(ids[$0]))) }
    for (whole, halves) in zip(all, zip(parts[0], parts[1])) {
      let merged = halves.0.merged(with: halves.1)
      #expect(merged.counts == whole.counts && merged.queryCount == 48)
      for path in [\HeadRegime.entropy, \.energy, \.updatedEnergy, \.answerChange, \.jacobianNorm] {
        #expect(abs(merged[keyPath: path] - whole[keyPath: path]) < 1e-9)
      }
      let sorted = whole.counts.enumerated().flatMap { Array(repeating: $0.offset, count: $0.element) }
      #expect(whole.medianCount == Double(sorted[23] + sorted[24]) / 2)
      #expect(whole.quantile(0) == Double(sorted[0]) && whole.quantile(1) == Double(sorted[47]))
    }
  }
}
