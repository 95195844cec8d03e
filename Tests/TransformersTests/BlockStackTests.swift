import Dynamics
import Energies
import Tensors
import TestSupport
import Testing
import Transformers

/// Blocks one after the other, with and without noise.
struct BlockStackTests {
  private let settings = DescentSettings(steps: 3, stepSize: 0.2)

  private func stack(_ count: Int) -> BlockStack<Double> {
    var random = RandomStream(seed: 7)
    var configuration = EnergyTransformerConfiguration(
      dimension: 6, headCount: 2, keySize: 3, memoryCount: 5)
    configuration.attentionDeviation = 0.5
    configuration.memoryDeviation = 0.5
    configuration.learnsBeta = true
    return BlockStack(count: count, configuration, using: &random)
  }

  private func tokens(_ mask: TokenMask? = nil) -> Tokens<Double> {
    Tokens(normalTensor([2, 4, 6], seed: 8), mask: mask)
  }

  @Test("parameters are named by the index of their block")
  func names() {
    let names = stack(2).parameters.names
    #expect(names.count == 12 && names[0] == "0.norm.gamma" && names[6] == "1.norm.gamma")
    #expect(names.contains("1.attention.beta") && names.contains("0.memory.memories"))
  }

  @Test("a stack descends as its blocks do one after the other, and a trace tells each")
  func chained() {
    let (stack, start) = (stack(3), tokens(TokenMask(lengths: [4, 3], tokenCount: 4)))
    var x = start
    for block in stack.blocks { x = block.descent(settings).run(from: x).tokens }
    let found = stack.descend(from: start, settings: settings, recording: [.energies])
    #expect(found.tokens.values.elements == x.values.elements)
    #expect(found.activations.values.elements == stack.last.norm.activations(at: x).values.elements)
    #expect(found.stopReason == .steps(3) && found.trajectory?.energies.count == 4)
    #expect(found.afterFirstStep == nil)
    let trace = stack.trace(from: start, settings: settings)
    #expect(trace.count == 3 && trace[2].tokens.values.elements == x.values.elements)
    #expect(trace.allSatisfy { $0.trajectory.energies.count == 4 })
  }

  @Test("the activations after the very first step are kept where they are asked for")
  func firstStep() {
    let (stack, start) = (stack(2), tokens())
    let one = stack.blocks[0].descent(DescentSettings(steps: 1, stepSize: 0.2)).run(from: start)
    let found = stack.descend(from: start, settings: settings, keepsFirstStep: true)
    #expect(found.afterFirstStep?.values.elements == one.activations.values.elements)
    expectClose(
      actual: found.tokens.values, expected: stack.descend(from: start, settings: settings).tokens.values,
      relative: 1e-12, absolute: 1e-13)
  }

  @Test("noise is that of the update rule, leaves padding alone, and none is no noise")
  func noise() {
    let (stack, start) = (stack(2), tokens(TokenMask(lengths: [3, 4], tokenCount: 4)))
    let random = RandomStream(seed: 9)
    var x = start
    for (index, block) in stack.blocks.enumerated() {
      x =
        EnergyDescent(
          of: block.energy, lagrangian: block.norm,
          updateRule: .noisy(standardDeviation: 0.3, random: random.child(1 + UInt64(index))),
          stepSize: .constant(0.2), stop: .after(steps: 3)
        ).run(from: x).tokens
    }
    let found = stack.descend(
      from: start, settings: settings, noise: LangevinNoise(standardDeviation: 0.3, random: random))
    expectClose(actual: found.tokens.values, expected: x.values, relative: 1e-10, absolute: 1e-12)
    #expect(
      found.tokens.values.sliced(axis: 0, 0..<1).sliced(axis: 1, 3..<4).elements
        == start.values.sliced(axis: 0, 0..<1).sliced(axis: 1, 3..<4).elements)
    let first = stack.blocks[0].descent(DescentSettings(steps: 1, stepSize: 0.2)).run(from: start)
    var stream = random.child(1)
    let drawn = Tensor<Double>.normal(
      [2, 4, 6], standardDeviation: 0.2.squareRoot() * 0.3, using: &stream)
    let moved = Tokens(
      first.tokens.values + drawn * (start.mask?.tensor(Double.self).reshaped([2, 4, 1]) ?? drawn),
      mask: start.mask)
    let kept = stack.descend(
      from: start, settings: settings, noise: LangevinNoise(standardDeviation: 0.3, random: random),
      keepsFirstStep: true)
    expectClose(
      actual: kept.afterFirstStep?.values ?? drawn,
      expected: stack.blocks[0].norm.activations(at: moved).values, relative: 1e-12, absolute: 1e-13)
    let silent = stack.descend(
      from: start, settings: settings, noise: .inPieces(standardDeviation: 0, random: random))
    #expect(
      silent.tokens.values.elements == stack.descend(from: start, settings: settings).tokens.values.elements)
  }

  @Test("derivatives through a stack with noise agree with finite differences")
  func derivatives() {
    let stack = stack(2)
    let noise = LangevinNoise.inPieces(standardDeviation: 0.2, random: RandomStream(seed: 10))
    let parameters = stack.parameters
    // Small steps: noise may put a memory's overlap close to the kink of its activation.
    expectGradientMatchesFiniteDifferences(
      at: [tokens().values] + parameters.values, step: 1e-6, relative: 1e-5, absolute: 1e-7
    ) { values in
      let model = stack.with(ParameterValues(names: parameters.names, values: Array(values.dropFirst())))
      return weightedSum(
        model.descend(from: Tokens(values[0]), settings: settings, noise: noise).activations.values)
    }
  }

  @Test(
    "over causal pairs a block descends causal attention, its contexts held, and its memory",
    arguments: [true, false])
  func causalPairs(includesSelf: Bool) {
    var random = RandomStream(seed: 31)
    var block = EnergyTransformerBlock<Double>(
      EnergyTransformerConfiguration(dimension: 6, headCount: 2, keySize: 3, memoryCount: 7), using: &random)
    block.includesSelf = includesSelf
    let weights = block.attention
    let attention = AttentionEnergy(
      queryWeights: weights.queryWeights, keyWeights: weights.keyWeights, includesSelf: includesSelf,
      isCausal: true, holdsContext: true)
    let g = Activations(normalTensor([2, 4, 6], seed: 32))
    let found = block.energy(over: .causal)
    expectClose(
      actual: found.energy(at: g), expected: attention.energy(at: g) + block.memory.energy(at: g),
      relative: 1e-13)
    expectClose(
      actual: found.gradient(at: g), expected: attention.gradient(at: g) + block.memory.gradient(at: g),
      relative: 1e-12, absolute: 1e-15)
  }
}
