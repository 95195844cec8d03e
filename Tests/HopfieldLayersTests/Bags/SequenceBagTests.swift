import Foundation
import HopfieldLayers
import Tensors
import TestSupport
import Testing

/// Networks that pool bags of sequences: their values against plain sums, derivatives against differences.
struct SequenceBagTests {
  private static let letterCount = 7
  private static let features = 5

  /// Sequences of 2 to 8 letters.
  private static func bag(_ count: Int, seed: UInt64) -> SymbolSequences {
    var random = RandomStream(seed: seed)
    return SymbolSequences(
      (0..<count).map { _ in
        (0..<2 + random.integer(below: 7)).map { _ in UInt8(random.integer(below: letterCount)) }
      }, symbolCount: letterCount)
  }

  private static func network<Scores: InstanceScores>(
    _ scores: Scores, seed: UInt64
  ) -> SequenceBagNetwork<Scores> {
    let network = SequenceBagNetwork(
      embedding: SequenceEmbedding(
        width: 3, letterCount: letterCount, kernelCount: features, random: RandomStream(seed: seed)),
      scores: scores)
    // Biases and read-outs that are all different.
    var random = RandomStream(seed: seed + 1)
    return network.with(
      network.parameters.map { _, value in
        value + .normal(value.shape, standardDeviation: 0.3, using: &random)
      })
  }

  /// What is done with a network of each pooling.
  private protocol Check {
    func run<Scores: InstanceScores<Double>>(_ network: SequenceBagNetwork<Scores>, _ name: String)
  }

  private func forEachPooling(_ check: some Check) {
    let features = Self.features
    let random = RandomStream(seed: 40)
    check.run(Self.network(HopfieldHeadScores<Double>(featureCount: features, beta: 2), seed: 1), "heads")
    check.run(
      Self.network(
        HopfieldKeyScores<Double>(
          featureCount: features, layerCount: 2, keySize: 4, beta: 1.5, random: random.child(0)), seed: 2),
      "keys")
    check.run(
      Self.network(
        GatedAttentionScores<Double>(featureCount: features, hiddenSize: 3, random: random.child(1)),
        seed: 3),
      "gated attention")
    check.run(
      Self.network(
        GatedAttentionScores<Double>(
          featureCount: features, hiddenSize: 3, isGated: false, random: random.child(2)), seed: 4),
      "attention")
    check.run(Self.network(MeanScores<Double>(), seed: 5), "mean")
  }

  @Test("the pooled bag is the softmax of the scores times the features, whatever the blocks it is read in")
  func values() {
    struct Plain: Check {
      func run<Scores: InstanceScores<Double>>(_ network: SequenceBagNetwork<Scores>, _ name: String) {
        for count in [1, 3, 5_000] {
          let bag = SequenceBagTests.bag(count, seed: 7)
          let features = network.embedding(bag)
          let weights = network.scores(features).transposed.softmax().transposed
          let pooled = (weights * features).sum(axes: [0], keepingDimensions: true)
          let reading = network.reading(of: bag)
          expectClose(actual: reading.pooled, expected: pooled, relative: 1e-11, absolute: 1e-12, name)
          let logSums = network.scores(features).transposed.logSumExp().reshaped(reading.logSums.shape)
          expectClose(actual: reading.logSums, expected: logSums, relative: 1e-12, absolute: 1e-12, name)
          let logit = network.output.innerProduct(pooled.reshaped([network.output.count]))
          #expect(abs(network.logit(of: bag) - logit) < 1e-10, "\(name)")
        }
      }
    }
    forEachPooling(Plain())
  }

  @Test("gradients through the whole bag match finite differences, for two bags together")
  func gradients() {
    struct Differences: Check {
      func run<Scores: InstanceScores<Double>>(_ network: SequenceBagNetwork<Scores>, _ name: String) {
        let bags = [SequenceBagTests.bag(6, seed: 8), SequenceBagTests.bag(9, seed: 9)]
        let parameters = network.parameters
        expectGradientMatchesFiniteDifferences(
          at: parameters.values, step: 1e-4, relative: 1e-6, absolute: 1e-7, name
        ) { values in
          let changed = network.with(ParameterValues(names: parameters.names, values: values))
          return bags.map { changed.logit(of: $0, throughShare: 1, random: RandomStream(seed: 0)) }
            .reduce(Tensor(0)) { $0.tanh() + $1 }
        }
      }
    }
    forEachPooling(Differences())
  }

  @Test(
    "gradients taken block by block are those of the whole bag in one graph, and can be differentiated again")
  func blocks() {
    struct Blocks: Check {
      func run<Scores: InstanceScores<Double>>(_ network: SequenceBagNetwork<Scores>, _ name: String) {
        let bag = SequenceBagTests.bag(2_600, seed: 21)
        let found = valueWithGradient(at: network) {
          $0.logit(of: bag, throughShare: 1, random: RandomStream(seed: 0))
        }.gradient
        let expected = valueWithGradient(at: network) { network in
          let features = network.embedding(bag)
          let weights = network.scores(features).transposed.softmax().transposed
          return ((weights * features).sum(axes: [0]) * network.output).sum()
        }.gradient
        for (index, parameter) in expected.names.enumerated() {
          expectClose(
            actual: found.values[index], expected: expected.values[index], relative: 1e-10, absolute: 1e-12,
            "\(name) \(parameter)")
        }
        let small = SequenceBagTests.bag(7, seed: 22)
        let parameters = network.parameters
        do {
          try expectSecondDerivativesMatchFiniteDifferences(
            at: parameters.values, step: 1e-4, relative: 1e-5, absolute: 1e-6, name
          ) { values in
            network.with(ParameterValues(names: parameters.names, values: values))
              .logit(of: small, throughShare: 1, random: RandomStream(seed: 0))
          }
        } catch { Issue.record(error, "\(name)") }
      }
    }
    forEachPooling(Blocks())
  }

  @Test("derivatives through a share: the value of the whole bag, the derivative of the strongest")
  func share() {
    struct Shares: Check {
      func run<Scores: InstanceScores<Double>>(_ network: SequenceBagNetwork<Scores>, _ name: String) {
        let bag = SequenceBagTests.bag(3_000, seed: 10)
        let whole = network.logit(of: bag)
        let names = network.parameters.names
        for share in [0.001, 0.1, 0.5] {
          let (value, _) = valueWithGradient(at: network) {
            $0.logit(of: bag, throughShare: share, random: RandomStream(seed: 3))
          }
          #expect(abs(value.scalar - whole) < 1e-9, "\(name) \(share)")
        }
        guard network.scores.ranksInstances else { return }
        // With nearly all of the bag, nearly its derivative.
        let full = gradient(network, bag, 1)
        let most = gradient(network, bag, 0.9)
        for (index, name) in names.enumerated() {
          let difference = (full[index] - most[index]).absoluteValue().maximum(axis: 0).elements.max() ?? 0
          #expect(difference < 0.2 * (1 + (full[index].elements.map(abs).max() ?? 0)), "\(name)")
        }
      }

      func gradient<Scores: InstanceScores<Double>>(
        _ network: SequenceBagNetwork<Scores>, _ bag: SymbolSequences, _ share: Double
      ) -> [Tensor<Double>] {
        valueWithGradient(at: network) {
          $0.logit(of: bag, throughShare: share, random: RandomStream(seed: 3))
        }.gradient.values
      }
    }
    forEachPooling(Shares())
  }

  @Test("the order of the instances does not matter")
  func order() {
    struct Reordered: Check {
      func run<Scores: InstanceScores<Double>>(_ network: SequenceBagNetwork<Scores>, _ name: String) {
        let bag = SequenceBagTests.bag(2_500, seed: 11)
        var random = RandomStream(seed: 12)
        let order = random.permutation(of: bag.count).map { Int32($0) }
        let (before, after) = (network.logit(of: bag), network.logit(of: bag.selected(order)))
        #expect(abs(before - after) < 1e-10, "\(name)")
        let shares = (0..<network.output.count).map { _ in 1 / Double(network.output.count) }
        let weights = network.instanceWeights(of: bag, featureShares: shares)
        let moved = network.instanceWeights(of: bag.selected(order), featureShares: shares)
        #expect(abs(weights.reduce(0, +) - 1) < 1e-10 && weights.count == bag.count, "\(name)")
        #expect(order.indices.allSatisfy { abs(moved[$0] - weights[Int(order[$0])]) < 1e-12 }, "\(name)")
      }
    }
    forEachPooling(Reordered())
  }

  @Test("heads of size 1 are the Hopfield pooling of the library, feature by feature")
  func library() {
    let network = Self.network(HopfieldHeadScores<Double>(featureCount: Self.features, beta: 2), seed: 13)
    let bag = Self.bag(40, seed: 14)
    let features = network.embedding(bag)
    let pooled = network.reading(of: bag).pooled
    for feature in 0..<Self.features {
      let pooling = HopfieldPooling(
        HopfieldAssociation<Double>(
          .retrieval(size: 1, beta: 1, updates: .none), random: RandomStream(seed: 0)),
        queries: network.scores.states.sliced(axis: 0, feature..<feature + 1).reshaped([1, 1]))
      let stored = features.sliced(axis: 1, feature..<feature + 1).reshaped([1, bag.count, 1])
      #expect(abs(pooling(stored).scalar - pooled[0, feature]) < 1e-12)
    }
  }

  @Test(
    "at another inverse temperature weights and logit are the softmax of scores times the factor, by hand")
  func tempered() {
    let network = Self.network(HopfieldHeadScores<Double>(featureCount: Self.features, beta: 2), seed: 23)
    let bag = Self.bag(1_500, seed: 24)
    let (features, states) = (network.embedding(bag), network.scores.states)
    let shares = [0.1, 0.2, 0.3, 0.25, 0.15]
    for factor in [0, 0.5, 1, 4] {
      let tempered = network.tempered(by: factor)
      var weights = [Double](repeating: 0, count: bag.count)
      var logit = 0.0
      for feature in 0..<Self.features {
        let powers = (0..<bag.count).map { exp(factor * states[feature] * features[$0, feature]) }
        let sum = powers.reduce(0, +)
        for index in weights.indices {
          weights[index] += shares[feature] * powers[index] / sum
          logit += network.output[feature] * features[index, feature] * powers[index] / sum
        }
      }
      let found = tempered.instanceWeights(of: bag, featureShares: shares)
      #expect(zip(found, weights).allSatisfy { abs($0 - $1) < 1e-12 }, "\(factor)")
      #expect(abs(tempered.logit(of: bag) - logit) < 1e-10, "\(factor)")
    }
    #expect(network.tempered(by: 1).logit(of: bag) == network.logit(of: bag))
    #expect(network.tempered(by: 1).parameters.names == network.parameters.names)
    #expect(!network.tempered(by: 0).scores.ranksInstances)
  }

  @Test("maximum pooling: the largest features, and their derivative")
  func maximum() {
    let network = Self.network(MaximumScores<Double>(), seed: 15)
    let bag = Self.bag(300, seed: 16)
    let largest = network.embedding(bag).maximum(axis: 0, keepingDimensions: true)
    expectClose(
      actual: network.reading(of: bag).pooled, expected: largest, relative: 0, absolute: 1e-4)
    let found = valueWithGradient(at: network) {
      $0.logit(of: bag, throughShare: 0.1, random: RandomStream(seed: 0))
    }.gradient
    let expected = valueWithGradient(at: network) {
      ($0.embedding(bag).maximum(axis: 0) * $0.output).sum()
    }.gradient
    for (name, value) in zip(found.names, found.values) {
      guard let wanted = expected[name] else { continue }
      expectClose(actual: value, expected: wanted, relative: 1e-6, absolute: 1e-4, name)
    }
  }

  @Test("the same bits on any number of threads")
  func threads() {
    let network = SequenceBagNetwork(
      embedding: SequenceEmbedding<Float>(
        width: 3, letterCount: Self.letterCount, kernelCount: 6, random: RandomStream(seed: 17)),
      scores: HopfieldHeadScores<Float>(featureCount: 6, beta: 2))
    let bag = Self.bag(7_000, seed: 18)
    func run(_ threads: Int) -> [[Float]] {
      let before = Parallelism.threadCount
      Parallelism.threadCount = threads
      defer { Parallelism.threadCount = before }
      let (value, gradient) = valueWithGradient(at: network) {
        $0.logit(of: bag, throughShare: 0.3, random: RandomStream(seed: 0))
      }
      return [value.elements, [network.logit(of: bag)]] + gradient.values.map(\.elements)
    }
    #expect(run(1) == run(3))
  }
}
