import Foundation
import HopfieldLayers
import Tensors
import TestSupport
import Testing

/// Encoders of bags and their classifier, against plain loops and finite differences.
@Suite("classifiers of bags") struct BagClassifierTests {
  private let bags: Tensor<Double> = normalTensor([2, 3, 4], seed: 1)

  private func association(dropout: Double = 0) -> HopfieldAssociation<Double> {
    var configuration = HopfieldConfiguration.association(size: 4)
    (configuration.deviation, configuration.dropout) = (0.4, dropout)
    return HopfieldAssociation(configuration, random: RandomStream(seed: 2))
  }

  private func pooling() -> HopfieldPooling<Double> {
    var configuration = HopfieldConfiguration.association(size: 4)
    configuration.deviation = 0.4
    return HopfieldPooling(
      HopfieldPoolingConfiguration(configuration), random: RandomStream(seed: 3))
  }

  private func attention() -> AttentionPooling<Double> {
    AttentionPooling(
      GatedAttentionScores(featureCount: 4, hiddenSize: 5, random: RandomStream(seed: 4)), size: 4)
  }

  private func reversed(_ bags: Tensor<Double>) -> Tensor<Double> { bags.gathered([2, 1, 0], axis: 1) }

  @Test("a mean, a pooling and attention do not mind the order of instances; answers side by side follow it")
  func order() {
    func check(_ encoder: some BagEncoder<Double>, isInvariant: Bool) {
      let (one, other) = (
        encoder.features(of: bags, dropout: nil), encoder.features(of: reversed(bags), dropout: nil)
      )
      #expect(one.shape == [2, encoder.featureCount])
      let difference = (one - other).absoluteValue().elements.max() ?? 0
      #expect((difference < 1e-12) == isInvariant)
    }
    check(InstanceMean(size: 4), isInvariant: true)
    check(pooling(), isInvariant: true)
    check(attention(), isInvariant: true)
    let side = AssociatedInstances(association(), instanceCount: 3)
    check(side, isInvariant: false)
    let size = side.featureCount / 3
    let (found, turned) = (
      side.features(of: bags, dropout: nil).elements, side.features(of: reversed(bags), dropout: nil).elements
    )
    for bag in 0..<2 {
      for instance in 0..<3 {
        for column in 0..<size {
          let (a, b) = (
            found[(bag * 3 + instance) * size + column], turned[(bag * 3 + 2 - instance) * size + column]
          )
          #expect(abs(a - b) < 1e-12)
        }
      }
    }
  }

  @Test("attention pooling is the mean with softmax of the scores as weights")
  func attentionFormula() {
    let scores = GatedAttentionScores<Double>(featureCount: 4, hiddenSize: 5, random: RandomStream(seed: 4))
    let found = attention().features(of: bags, dropout: nil)
    for bag in 0..<2 {
      let rows = bags.sliced(axis: 0, bag..<bag + 1).reshaped([3, 4])
      let exponentials = scores(rows).elements.map { exp($0) }
      let total = exponentials.reduce(0, +)
      for column in 0..<4 {
        var mean = 0.0
        for row in 0..<3 { mean += exponentials[row] / total * rows.elements[row * 4 + column] }
        #expect(abs(found.elements[bag * 4 + column] - mean) < 1e-12)
      }
    }
  }

  @Test("a lookup answers every instance by itself")
  func lookup() {
    let table: Tensor<Double> = normalTensor([6, 4], seed: 9)
    let encoder = LookedUpInstances(
      HopfieldLookup(association(), patterns: table, learnsPatterns: true), instanceCount: 3)
    let found = encoder.features(of: bags, dropout: nil)
    let size = encoder.featureCount / 3
    for instance in 0..<3 {
      var others = bags.elements
      for index in others.indices where index / 4 % 3 != instance { others[index] = 7 }
      let changed = encoder.features(of: Tensor(shape: [2, 3, 4], elements: others), dropout: nil)
      let columns = instance * size..<(instance + 1) * size
      expectClose(
        actual: changed.sliced(axis: 1, columns), expected: found.sliced(axis: 1, columns), relative: 1e-12)
    }
  }

  @Test("the logit is w · e + b, and images of a bag go through their features first")
  func logits() {
    var model = BagClassifier(InstanceMean<Double>(size: 4), random: RandomStream(seed: 5))
    #expect(model.parameters.names == ["weight", "bias"])
    let weight: Tensor<Double> = normalTensor([1, 4], seed: 6)
    model.setParameters(
      .init(names: ["weight", "bias"], values: [weight, Tensor(shape: [1], elements: [0.75])]))
    let found = model.logits(bags)
    for bag in 0..<2 {
      var logit = 0.75
      for index in 0..<12 { logit += weight.elements[index % 4] * bags.elements[bag * 12 + index] / 3 }
      #expect(abs(found.elements[bag] - logit) < 1e-12)
    }
    let images = Tensor<Double>(
      shape: [2, 3, 16, 20], elements: (0..<1_920).map { index -> Double in Double(index * 7 % 31) / 31 })
    let features = DigitFeatures<Double>(
      height: 16, width: 20, featureCount: 6, random: RandomStream(seed: 7))
    let encoder = ImageBagEncoder(features, InstanceMean<Double>(size: 6))
    let each = features(images.reshaped([6, 16, 20])).elements
    let mean = encoder.features(of: images, dropout: nil)
    for bag in 0..<2 {
      for column in 0..<6 {
        var expected = 0.0
        for image in 0..<3 { expected += each[(bag * 3 + image) * 6 + column] / 3 }
        #expect(abs(mean.elements[bag * 6 + column] - expected) < 1e-12)
      }
    }
  }

  @Test("derivatives by every parameter are those of finite differences")
  func derivatives() {
    func check<Encoder: BagEncoder<Double>>(_ encoder: Encoder) {
      let model = BagClassifier(encoder, random: RandomStream(seed: 8))
      expectGradientMatchesFiniteDifferences(at: model.parameters.values) { values in
        model.with(model.parameters.with(values)).logits(bags).squared().sum()
      }
    }
    check(pooling())
    check(attention())
    check(AssociatedInstances(association(), instanceCount: 3))
  }

  @Test("what training leaves out depends on the stream alone")
  func dropout() {
    let model = BagClassifier(
      AssociatedInstances(association(dropout: 0.5), instanceCount: 3), random: RandomStream(seed: 1))
    let first = model.logits(bags, dropout: RandomStream(seed: 2)).elements
    #expect(first == model.logits(bags, dropout: RandomStream(seed: 2)).elements)
    #expect(
      first != model.logits(bags, dropout: RandomStream(seed: 3)).elements
        && first != model.logits(bags).elements)
  }

  @Test("shares of features are the size of their read-out times the deviation over bags, adding up to 1")
  func featureShares() {
    let network = SequenceBagNetwork(
      embedding: SequenceEmbedding<Double>(
        width: 2, letterCount: 3, kernelCount: 4, random: RandomStream(seed: 1)),
      scores: MeanScores<Double>())
    let texts: [[[UInt8]]] = [[[0, 1, 2], [1, 1]], [[2, 2, 2, 0]], [[0, 0], [1, 2, 0], [2, 1]]]
    let readings = texts.map { network.reading(of: SymbolSequences($0, symbolCount: 3)) }
    let shares = network.featureShares(over: readings)
    let moves = (0..<4).map { feature -> Double in
      let values = readings.map { $0.pooled.elements[feature] }
      let mean = values.reduce(0, +) / 3
      let squares = values.map { ($0 - mean) * ($0 - mean) }
      return (squares.reduce(0, +) / 2).squareRoot()
    }
    let total = moves.reduce(0, +)
    for feature in 0..<4 { #expect(abs(shares[feature] - moves[feature] / total) < 1e-12) }
    #expect(network.featureShares(over: [readings[0]]) == [0.25, 0.25, 0.25, 0.25])
  }

  @Test("layers of a configuration alone are those of their parts")
  func presets() {
    var configuration = HopfieldConfiguration.association(size: 4)
    configuration.deviation = 0.4
    let pooling = HopfieldPooling<Double>(configuration, random: RandomStream(seed: 3))
    #expect(pooling.parameters.values.map(\.elements) == self.pooling().parameters.values.map(\.elements))
    let side = AssociatedInstances<Double>(configuration, instanceCount: 3, random: RandomStream(seed: 2))
    let parts = AssociatedInstances(association(), instanceCount: 3)
    #expect(side.parameters.values.map(\.elements) == parts.parameters.values.map(\.elements))
    #expect(side.featureCount == parts.featureCount)
    let patterns: Tensor<Double> = normalTensor([6, 4], seed: 9)
    let lookup = HopfieldLookup<Double>(configuration, learning: patterns, random: RandomStream(seed: 5))
    let association = HopfieldAssociation<Double>(configuration, random: RandomStream(seed: 5).child(0))
    #expect(
      lookup.association.parameters.values.map(\.elements) == association.parameters.values.map(\.elements))
    #expect(lookup.patterns.elements == patterns.elements && lookup.learnsPatterns && !lookup.learnsTargets)
    #expect(lookup.targets?.shape == [6, 4] && lookup.targets?.elements != patterns.elements)
  }

  @Test("an encoder of a model has the model's parameters, and its function's features")
  func model() {
    let scores = GatedAttentionScores<Double>(featureCount: 4, hiddenSize: 5, random: RandomStream(seed: 4))
    let encoder = ModelBagEncoder(scores, featureCount: 3) { scores, bags in
      scores(bags.reshaped([6, 4])).reshaped([2, 3])
    }
    #expect(encoder.features(of: bags, dropout: nil).elements == scores(bags.reshaped([6, 4])).elements)
    #expect(encoder.parameters.names == scores.parameters.names.map { "model.\($0)" })
    let classifier = BagClassifier(encoder, random: RandomStream(seed: 8))
    expectGradientMatchesFiniteDifferences(at: classifier.parameters.values) { values in
      classifier.with(classifier.parameters.with(values)).logits(bags).squared().sum()
    }
  }

  @Test(
    "contributions are of positive bags, those with known witnesses if there are any, the strongest instances first"
  )
  func contributions() throws {
    let network = SequenceBagNetwork(
      embedding: SequenceEmbedding<Double>(
        width: 2, letterCount: 3, kernelCount: 4, random: RandomStream(seed: 1)),
      scores: HopfieldHeadScores<Double>(featureCount: 4, beta: 3))
    let texts: [[[UInt8]]] = [
      [[0, 1, 2], [1, 1]], [[2, 2, 2, 0], [0, 1], [1, 0, 2]], [[0, 0], [1, 2, 0], [2, 1], [2, 1]],
      [[1, 1, 1], [0, 2, 1, 0]],
    ]
    let shares = [0.1, 0.2, 0.3, 0.4]
    let bags = texts.map { SymbolSequences($0, symbolCount: 3) }
    func found(positive: Set<Int>, witnesses: [Int: [Int32]], most: Int = 9) -> BagContributions? {
      BagContributions(
        of: network, featureShares: shares,
        in: bags.indices.map {
          .init(
            bags[$0], reading: network.reading(of: bags[$0]), isPositive: positive.contains($0),
            witnesses: witnesses[$0])
        }, most: most, strongest: 3)
    }
    func weights(_ bag: Int) -> [Double] { network.instanceWeights(of: bags[bag], featureShares: shares) }
    // Bags 1, 2 and 3 are positive; of bag 1 no witnesses are known.
    let known = try #require(found(positive: [1, 2, 3], witnesses: [0: [0], 2: [1, 3], 3: [0]]))
    let share = (weights(2)[1] + weights(2)[3] + weights(3)[0]) / 2
    #expect(known.firstBag == 2 && abs((known.witnessShare ?? 0) - share) < 1e-12)
    let order = (0..<4).sorted { (weights(2)[$0], $1) > (weights(2)[$1], $0) }
    #expect(known.strongest.map(\.instance) == Array(order.prefix(3)))
    #expect(known.strongest.map(\.weight) == order.prefix(3).map { weights(2)[$0] })
    let one = try #require(found(positive: [1, 2, 3], witnesses: [2: [1, 3], 3: [0]], most: 1))
    #expect(abs((one.witnessShare ?? 0) - weights(2)[1] - weights(2)[3]) < 1e-12)
    let unknown = try #require(found(positive: [1, 3], witnesses: [:]))
    #expect(unknown.firstBag == 1 && unknown.witnessShare == nil && unknown.strongest.count == 3)
    #expect(found(positive: [], witnesses: [0: [0]]) == nil)
  }
}
