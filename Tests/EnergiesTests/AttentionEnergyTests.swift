import Energies
import EnergyTesting
import Tensors
import TestSupport
import Testing

struct AttentionEnergyTests {
  @Test("all laws hold for every combination of options", arguments: AttentionCase.all + AttentionCase.held)
  func laws(options: AttentionCase) {
    let report = EnergyLaws.check(options.energy(), at: options.activations(), options: options.options)
    #expect(report.isSatisfied, "\(report)")
  }

  @Test(
    "all laws hold in single precision",
    arguments: AttentionCase.all.filter { $0.mask == .some && $0.includesSelf })
  func lawsInSinglePrecision(options: AttentionCase) {
    let report = EnergyLaws.check(
      options.energy(Float.self), at: options.activations(Float.self), options: options.options)
    #expect(report.isSatisfied, "\(report)")
  }

  @Test("energy and gradient are those of plain loops", arguments: AttentionCase.all + AttentionCase.held)
  func naive(options: AttentionCase) {
    let (energy, g) = (options.energy(), options.activations())
    let naive = NaiveAttention(energy: energy, g: g)
    let results = (0..<AttentionCase.batch).map(naive.result)
    let expected = Tensor(shape: [AttentionCase.batch], elements: results.map(\.energy))
    let slopes = Tensor(shape: g.values.shape, elements: results.flatMap { $0.gradient.flatMap { $0 } })
    let closed = energy.energyAndGradient(at: g)
    expectClose(actual: energy.energy(at: g), expected: expected, relative: 1e-13, absolute: 1e-14)
    expectClose(actual: closed.energy.total, expected: expected, relative: 1e-13, absolute: 1e-14)
    expectClose(
      actual: energy.differentiatedGradient(at: g), expected: slopes, relative: 1e-11, absolute: 1e-13)
    expectClose(actual: closed.gradient, expected: slopes, relative: 1e-11, absolute: 1e-13)
  }

  @Test("what the tokens have of the energy adds up to it", arguments: AttentionCase.all)
  func shares(options: AttentionCase) {
    let (energy, g) = (options.energy(), options.activations())
    expectClose(
      actual: energy.energyByNode(at: g).sum(axes: [1]), expected: energy.energy(at: g), relative: 1e-13,
      absolute: 1e-14)
  }

  @Test("attention weights are what an additive bias feels: dE/db = -w/beta")
  func weights() {
    for options in AttentionCase.all where options.bias == .none {
      var (energy, g) = (options.energy(), options.activations())
      let weights = energy.attentionWeights(at: g)
      let bias = Tensor<Double>.zeros(weights.shape).variable()
      energy.bias = .additive(bias)
      let slopes = gradients(of: energy.energy(at: g).sum(), withRespectTo: [bias])[0]
      let expected = -slopes * energy.beta.reshaped([1, energy.headCount, 1, 1])
      expectClose(actual: weights, expected: expected, relative: 1e-12, absolute: 1e-14)
    }
  }

  @Test("beta is one over the square root of the key size unless given")
  func defaultBeta() {
    let energy = AttentionEnergy<Double>(queryWeights: .ones([3, 4, 5]), keyWeights: .ones([3, 4, 5]))
    #expect(energy.beta.elements == [0.5, 0.5, 0.5])
    #expect(energy.parameters.names == ["queryWeights", "keyWeights"])
    #expect(AttentionCase(learnsBeta: true).energy().parameters.names.last == "beta")
  }

  @Test("an example of nothing but padding has no energy and no gradient")
  func onlyPadding() {
    for options in AttentionCase.all where options.mask == .none {
      let values = options.activations().values
      let mask = TokenMask(lengths: [0, 4], tokenCount: 4)
      let g = Activations(values, mask: mask)
      let found = options.energy().energyAndGradient(at: g)
      #expect(found.energy.total[0] == 0 && options.energy().energy(at: g)[0] == 0)
      #expect(found.gradient.isFinite && options.energy().differentiatedGradient(at: g).isFinite)
      #expect(found.gradient.elements.prefix(20).allSatisfy { $0 == 0 })
    }
  }

  @Test("without itself, a token alone has no energy")
  func tokenAlone() {
    let energy = AttentionCase(includesSelf: false).energy()
    let g = Activations(normalTensor([2, 1, 5], seed: 64))
    #expect(energy.energy(at: g).elements == [0, 0])
    #expect(energy.energyAndGradient(at: g).gradient.elements.allSatisfy { $0 == 0 })
  }

  @Test("scores of size 1e4 give finite energies and gradients in single precision")
  func largeScores() {
    for options in AttentionCase.all where options.mask == .some {
      let g = options.activations(Float.self)
      let energy = options.energy(Float.self)
      let found = energy.energyAndGradient(at: g.with(g.values * 100))
      #expect(found.energy.total.isFinite && found.gradient.isFinite, "\(options.testDescription)")
      let pullback = energy.gradientPullback(at: g.with(g.values * 100), direction: g.masking(g.values))
      #expect(pullback.hessianVectorProduct.isFinite)
      #expect(pullback.dependencies.allSatisfy { $0.isFinite }, "\(options.testDescription)")
    }
  }
}
