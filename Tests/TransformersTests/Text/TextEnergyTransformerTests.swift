import Dynamics
import Energies
import Tensors
import TestSupport
import Testing
import Transformers

struct TextEnergyTransformerTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var isCausal = true, tiesHead = false, includesSelf = true, isBilinear = false
    var blockCount = 1
    var steps = LearnedStepKind.constant

    var testDescription: String {
      "\(isCausal ? "causal" : "masked"), \(blockCount) blocks, head \(tiesHead ? "tied" : "own"), "
        + "self \(includesSelf), bilinear \(isBilinear), steps \(steps)"
    }

    static let all = [
      Case(), Case(tiesHead: true, includesSelf: false, blockCount: 2, steps: .perStep),
      Case(includesSelf: false, isBilinear: true, steps: .free), Case(isBilinear: true, steps: .diagonal),
      Case(blockCount: 2, steps: .positiveDefinite),
    ]
    static let masked = [
      Case(isCausal: false), Case(isCausal: false, tiesHead: true, includesSelf: false, blockCount: 2),
    ]

    var configuration: TextEnergyTransformerConfiguration {
      var block = EnergyTransformerConfiguration(dimension: 7, headCount: 2, keySize: 3, memoryCount: 5)
      (block.includesSelf, block.usesBilinearAttention) = (includesSelf, isBilinear)
      (block.attentionDeviation, block.memoryDeviation) = (0.4, 0.4)
      (block.learnedSteps, block.learnedStepCount) = (steps, 3)
      var result = TextEnergyTransformerConfiguration(vocabularySize: 6, contextLength: 9, block: block)
      (result.isCausal, result.tiesHead, result.blockCount) = (isCausal, tiesHead, blockCount)
      return result
    }

    func model<Scalar: TensorScalar>(_ type: Scalar.Type = Double.self) -> TextEnergyTransformer<Scalar> {
      var random = RandomStream(seed: 90)
      return TextEnergyTransformer(configuration, using: &random)
    }
  }

  static let settings = DescentSettings(steps: 3, stepSize: 0.2)
  static let symbols = [[0, 3, 5, 1, 2], [4, 4, 0, 2, 1]]

  @Test("the number of parameters is what the model visits", arguments: Case.all + Case.masked)
  func parameterCount(example: Case) {
    let count = example.model().parameters.values.reduce(0) { $0 + $1.count }
    #expect(count == example.configuration.parameterCount)
  }

  @Test("a later symbol changes no earlier logit, to the bit", arguments: Case.all)
  func causality(example: Case) {
    let model = example.model(Float.self)
    var changed = Self.symbols
    changed[0][3] = 4
    changed[1][4] = 3
    let found = [Self.symbols, changed].map { model($0, settings: Self.settings) }
    func bits(_ logits: Tensor<Float>, _ sequence: Int, _ positions: Range<Int>) -> [UInt32] {
      logits.sliced(axis: 0, sequence..<sequence + 1).sliced(axis: 1, positions).elements.map(\.bitPattern)
    }
    #expect(bits(found[0], 0, 0..<3) == bits(found[1], 0, 0..<3))
    #expect(bits(found[0], 1, 0..<4) == bits(found[1], 1, 0..<4))
    #expect(bits(found[0], 0, 3..<4) != bits(found[1], 0, 3..<4))
  }

  @Test("of a masked model every logit depends on every symbol")
  func masked() {
    let model = Case.masked[0].model()
    var changed = Self.symbols
    changed[0][4] = model.configuration.maskSymbol
    let found = [Self.symbols, changed].map { model($0, settings: Self.settings) }
    let change = (found[0] - found[1]).absoluteValue().maximum(axis: 2)
    #expect(change.elements.prefix(5).allSatisfy { $0 > 1e-9 })
    #expect(change.elements.suffix(5).allSatisfy { $0 == 0 })
  }

  @Test(
    "the loss has the derivatives of finite differences by every parameter", arguments: Case.all + Case.masked
  )
  func gradients(example: Case) {
    let model = example.model()
    let parameters = model.parameters
    expectGradientMatchesFiniteDifferences(
      at: parameters.values, step: 1e-6, relative: 1e-5, absolute: 1e-7
    ) { values in
      weightedSum(
        model.with(ParameterValues(names: parameters.names, values: values))(
          Self.symbols, settings: Self.settings))
    }
  }

  @Test("symbols appended one by one give the logits of the whole sequence", arguments: Case.all)
  func generation(example: Case) {
    let model = example.model()
    for symbols in Self.symbols {
      var generation = model.generation(settings: Self.settings)
      let found = symbols.map { generation.next(after: $0).reshaped([1, 6]) }
      expectClose(
        actual: .concatenated(found, axis: 0),
        expected: model([symbols], settings: Self.settings)
          .reshaped([symbols.count, 6]), relative: 1e-11, absolute: 1e-13)
      #expect(generation.length == symbols.count && !generation.isFull)
    }
  }

  @Test("dropout leaves out, by its stream, and nothing without one")
  func dropout() {
    var configuration = Case().configuration
    configuration.dropout = 0.5
    var random = RandomStream(seed: 91)
    let model = TextEnergyTransformer<Double>(configuration, using: &random)
    func logits(_ seed: UInt64?) -> [Double] {
      model(Self.symbols, settings: Self.settings, dropout: seed.map(RandomStream.init(seed:))).elements
    }
    #expect(logits(nil) == logits(nil))
    #expect(logits(1) == logits(1))
    #expect(logits(1) != logits(2))
    #expect(logits(1) != logits(nil))
  }

  @Test("a trace holds the energies of tokens where the model is causal, and of the window where it is not")
  func traces() {
    let causal = Case(blockCount: 2).model().trace(
      Self.symbols, settings: Self.settings, recording: [.energies, .states(every: 1), .tokenEnergies])
    #expect(causal.count == 2)
    #expect(causal[1].trajectory.tokenEnergyChanges.map(\.own.shape) == Array(repeating: [2, 5], count: 3))
    let masked = Case.masked[0].model()
    let small = masked.trace(
      Self.symbols, settings: DescentSettings(steps: 3, stepSize: 0.01), recording: [.energies])
    #expect(small[0].trajectory.fellAtEveryStep() == [true, true])
    let weights = masked.attentionWeights(at: small[0].tokens, block: 0)
    #expect(weights.shape == [2, 2, 5, 5])
    expectClose(actual: weights.sum(axes: [3]), expected: Tensor<Double>.ones([2, 2, 5]), relative: 1e-12)
  }
}

struct SymbolSamplingTests {
  static let logits = Tensor<Double>(shape: [4], elements: [0.5, 2, -1, 2])

  @Test("at temperature 0 the most probable symbol is taken, the first of equal ones")
  func greedy() {
    var random = RandomStream(seed: 92)
    #expect(SymbolSampling.greedy.sample(Self.logits, using: &random) == 1)
  }

  @Test("symbols are drawn as often as the softmax says", arguments: [nil, 2, 3], [0.5, 1, 3])
  func frequencies(topK: Int?, temperature: Double) {
    var random = RandomStream(seed: 93)
    let sampling = SymbolSampling(temperature: temperature, topK: topK)
    var counts = [Double](repeating: 0, count: 4)
    let draws = 20_000
    for _ in 0..<draws { counts[sampling.sample(Self.logits, using: &random)] += 1 }
    let kept = [1, 3, 0, 2].prefix(topK ?? 4)
    let scaled = Tensor<Double>(
      shape: [4], elements: (0..<4).map { kept.contains($0) ? Self.logits[$0] / temperature : -.infinity })
    for (count, share) in zip(counts, scaled.softmax().elements) {
      #expect(abs(count / Double(draws) - share) < 0.015)
      if share == 0 { #expect(count == 0) }
    }
  }
}
