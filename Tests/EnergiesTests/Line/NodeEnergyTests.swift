import Energies
import EnergyTesting
import Tensors
import TestSupport
import Testing

/// Mixtures, memories, attention and slots as one energy.
struct NodeEnergyTests {
  private let means = normalTensor([5, 7], seed: 90)
  private let logPriors = normalTensor([7], seed: 91)
  private let childWeights = normalTensor([3, 6, 5], seed: 92) * 0.5
  private let parentWeights = normalTensor([3, 6, 5], seed: 93) * 0.5
  private let beta = Tensor<Double>(shape: [3], elements: [0.4, 1.1, 0.7])
  /// 9 vectors of 8 numbers for each of 2 examples, and their weights.
  private let given = normalTensor([2, 9, 8], seed: 94)
  private let givenWeights = normalTensor([3, 6, 8], seed: 95) * 0.4

  private var models: [(NodeEnergy<Double>, TokenStructure)] {
    [
      (.mixture(means: means, logPriors: logPriors, beta: 0.8), .independent),
      (
        NodeEnergy(
          children: .tokens, parents: .tokens, similarity: .squaredDistance, beta: beta,
          childWeights: childWeights, parentWeights: parentWeights), .unordered
      ),
      (
        .crossAttention(to: given, queryWeights: childWeights, keyWeights: givenWeights, beta: beta),
        .unordered
      ),
      (
        .slots(explaining: given, inputWeights: givenWeights, slotWeights: childWeights, beta: beta),
        .unordered
      ),
      (
        NodeEnergy(
          children: .given(given), parents: .tokens, similarity: .squaredDistance, beta: beta,
          childWeights: givenWeights, parentWeights: childWeights), .unordered
      ),
    ]
  }

  @Test("all laws hold for every model of the family", arguments: LineExample.masks)
  func laws(mask: TokenMask?) {
    for (energy, tokens) in models {
      let report = EnergyLaws.check(
        energy, at: LineExample.activations(mask), options: LawOptions(tokens: tokens, constants: ["beta"]))
      #expect(report.isSatisfied, "\(report)")
      #expect(report.unchecked.isEmpty, "\(report)")
    }
  }

  @Test("a mixture is the log of a sum of Gaussians with their priors", arguments: LineExample.masks)
  func mixture(mask: TokenMask?) {
    let g = LineExample.activations(mask)
    let columns = PlainVectors.columns(means)
    let expected = PlainVectors.energies(g) { _, tokens in
      tokens.reduce(0) { sum, token in
        let scores = columns.enumerated().map { index, mean in
          logPriors[index] / 0.8 - PlainVectors.squaredDistance(token, mean) / 2
        }
        return sum - PlainVectors.logSum(scores, beta: 0.8)
      }
    }
    let energy = NodeEnergy.mixture(means: means, logPriors: logPriors, beta: 0.8)
    expectClose(actual: energy.energy(at: g), expected: expected, relative: 1e-12)
  }

  @Test("given nodes on either side are those of plain loops", arguments: LineExample.masks)
  func given(mask: TokenMask?) {
    let g = LineExample.activations(mask)
    func expected(_ areParents: Bool) -> Tensor<Double> {
      PlainVectors.energies(g) { example, tokens in
        let nodes = (0..<9).map { node in (0..<8).map { given[example, node, $0] } }
        return (0..<3).reduce(0) { sum, head in
          let ofTokens = tokens.map { PlainVectors.projected($0, childWeights, head: head) }
          let ofNodes = nodes.map { PlainVectors.projected($0, givenWeights, head: head) }
          let (children, parents) = areParents ? (ofTokens, ofNodes) : (ofNodes, ofTokens)
          return children.reduce(sum) { sum, child in
            sum - PlainVectors.logSum(parents.map { PlainVectors.dot($0, child) }, beta: beta[head])
          }
        }
      }
    }
    expectClose(actual: models[2].0.energy(at: g), expected: expected(true), relative: 1e-12)
    expectClose(actual: models[3].0.energy(at: g), expected: expected(false), relative: 1e-12)
  }

  @Test("tokens as their own parents are attention", arguments: LineExample.masks)
  func selfAttention(mask: TokenMask?) {
    let nodes = NodeEnergy(
      children: .tokens, parents: .tokens, similarity: .product, beta: beta, childWeights: childWeights,
      parentWeights: parentWeights)
    let attention = AttentionEnergy(queryWeights: childWeights, keyWeights: parentWeights, beta: beta)
    let g = LineExample.activations(mask)
    expectClose(actual: nodes.energy(at: g), expected: attention.energy(at: g), relative: 1e-12)
    expectClose(
      actual: nodes.gradient(at: g), expected: attention.gradient(at: g), relative: 1e-10, absolute: 1e-12)
  }

  @Test("learned parents are the softmax memory, and by distances the published memory of equal patterns")
  func memories() {
    let g = LineExample.activations(LineExample.masks[1])
    let one = Tensor<Double>(shape: [1], elements: [1.3])
    let products = NodeEnergy(
      children: .tokens, parents: .learned(means), similarity: .product, beta: one)
    let softmax = HopfieldEnergy(memories: means, activation: .softmax(beta: 1.3))
    expectClose(actual: products.energy(at: g), expected: softmax.energy(at: g), relative: 1e-12)
    // Patterns of one length: the constants of the published energy are log N / beta a token.
    let columns = PlainVectors.columns(means).map(PlainVectors.onSphere)
    let equal = Tensor(shape: [7, 5], elements: columns.flatMap { $0 }).transposed
    let distances = NodeEnergy.mixture(means: equal, beta: 1.3)
    let published = PatternMemoryEnergy(memories: equal, beta: 1.3)
    let tokens = Tensor<Double>(shape: [2], elements: [2, 3])
    let constant = tokens * (Tensor<Double>(7).logarithm().scalar / 1.3)
    expectClose(
      actual: distances.energy(at: g) + constant, expected: published.energy(at: g), relative: 1e-12)
    expectClose(
      actual: distances.gradient(at: g), expected: g.masking(published.gradient(at: g)), relative: 1e-10,
      absolute: 1e-12)
  }

  @Test("an example without a real token has no energy, whichever side the tokens are on")
  func nothingReal() {
    let mask = TokenMask(lengths: [0, 3], tokenCount: 4)
    for (energy, _) in models {
      let g = LineExample.activations(mask)
      #expect(energy.energy(at: g)[0] == 0)
      #expect(energy.gradient(at: g).isFinite)
      let ofContext = gradients(energy, g)
      #expect(
        ofContext.allSatisfy { $0.isFinite && $0.sliced(axis: 0, 0..<1).elements.allSatisfy { $0 == 0 } })
    }
  }

  /// The derivatives of the energies by what is given.
  private func gradients(_ energy: NodeEnergy<Double>, _ g: Activations<Double>) -> [Tensor<Double>] {
    let count = energy.parameters.count
    let values = energy.dependencies.values
    return valueWithGradients(at: values) { energy.replacing($0).energy(at: g).sum() }.gradients
      .dropFirst(count).map { $0 }
  }

  @Test("a slot's descent direction is the sum of its inputs, weighted by a softmax over slots")
  func slots() {
    let g = LineExample.activations(nil)
    let identity = Tensor<Double>(
      shape: [1, 5, 5], elements: (0..<25).map { $0 / 5 == $0 % 5 ? 1.0 : 0.0 })
    let inputs = normalTensor([2, 9, 5], seed: 96)
    let one = Tensor<Double>(shape: [1], elements: [1])
    let energy = NodeEnergy.slots(
      explaining: inputs, inputWeights: identity, slotWeights: identity, beta: one)
    // [batch, inputs, slots], normalised over the slots.
    let weights = inputs.matrixProduct(g.values.transposed).softmax()
    expectClose(
      actual: -energy.gradient(at: g), expected: weights.transposed.matrixProduct(inputs), relative: 1e-11,
      absolute: 1e-13)
  }
}
