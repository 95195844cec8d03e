import Baselines
import Tensors
import TestSupport
import Testing

struct ConventionalTextTransformerTests {
  static func configuration(
    isCausal: Bool = true, tiesHead: Bool = false, sharesBlock: Bool = false
  ) -> ConventionalTextConfiguration {
    var result = ConventionalTextConfiguration(
      symbolCount: 6, contextLength: 9, dimension: 8, headCount: 2, keySize: 3, hiddenSize: 5, depth: 3)
    (result.isCausal, result.tiesHead, result.sharesBlock) = (isCausal, tiesHead, sharesBlock)
    result.deviation = 0.4
    return result
  }

  static let configurations = [
    configuration(), configuration(tiesHead: true, sharesBlock: true), configuration(isCausal: false),
  ]
  static let symbols = [[0, 3, 5, 1, 2], [4, 4, 0, 2, 1]]

  private func model<Scalar: TensorScalar>(
    _ configuration: ConventionalTextConfiguration, _ type: Scalar.Type = Double.self
  ) -> ConventionalTextTransformer<Scalar> {
    ConventionalTextTransformer(configuration, random: RandomStream(seed: 8))
  }

  @Test("the number of parameters is what the model visits, and can be met", arguments: configurations)
  func parameterCount(configuration: ConventionalTextConfiguration) {
    func visited(_ configuration: ConventionalTextConfiguration) -> Int {
      model(configuration).parameters.values.reduce(0) { $0 + $1.count }
    }
    #expect(visited(configuration) == configuration.parameterCount)
    for sized in [
      configuration.withHiddenSize(closestTo: 5_000), configuration.withDimension(closestTo: 5_000),
    ] {
      #expect(visited(sized) == sized.parameterCount)
      #expect(abs(sized.parameterCount - 5_000) <= 50)
    }
  }

  @Test("a later symbol changes no earlier logit, to the bit")
  func causality() {
    for configuration in Self.configurations.filter(\.isCausal) {
      let model = model(configuration, Float.self)
      var changed = Self.symbols
      changed[0][3] = 4
      let found = [Self.symbols, changed].map { model($0).sliced(axis: 0, 0..<1) }
      func bits(_ logits: Tensor<Float>, _ range: Range<Int>) -> [UInt32] {
        logits.sliced(axis: 1, range).elements.map(\.bitPattern)
      }
      #expect(bits(found[0], 0..<3) == bits(found[1], 0..<3))
      #expect(bits(found[0], 3..<5) != bits(found[1], 3..<5))
    }
  }

  @Test("the loss has the derivatives of finite differences by every parameter", arguments: configurations)
  func gradients(configuration: ConventionalTextConfiguration) {
    let model = model(configuration)
    let parameters = model.parameters
    expectGradientMatchesFiniteDifferences(at: parameters.values, relative: 1e-5, absolute: 1e-7) { values in
      weightedSum(model.with(ParameterValues(names: parameters.names, values: values))(Self.symbols))
    }
  }

  @Test("symbols appended one by one give the logits of the whole sequence")
  func generation() {
    for configuration in Self.configurations.filter(\.isCausal) {
      let model = model(configuration)
      var generation = model.generation()
      let found = Self.symbols[1].map { generation.next(after: $0).reshaped([1, 6]) }
      expectClose(
        actual: .concatenated(found, axis: 0), expected: model([Self.symbols[1]]).reshaped([5, 6]),
        relative: 1e-12, absolute: 1e-14)
    }
  }
}

struct RecurrentTextModelTests {
  static let configuration = RecurrentTextConfiguration(symbolCount: 5, embeddingSize: 4, size: 3)
  static let symbols = [[0, 3, 1, 2], [4, 4, 0, 1]]

  @Test("the number of parameters is what the model visits, and can be met")
  func parameterCount() {
    for configuration in [Self.configuration, Self.configuration.withSize(closestTo: 3_000)] {
      let model = RecurrentTextModel<Double>(configuration, random: RandomStream(seed: 9))
      #expect(model.parameters.values.reduce(0) { $0 + $1.count } == configuration.parameterCount)
    }
    let met = Self.configuration.withSize(closestTo: 3_000)
    #expect(abs(met.parameterCount - 3_000) <= 4 * (2 * met.size + 10))
  }

  @Test("a later symbol changes no earlier logit, and symbols one by one give the same")
  func causality() {
    let model = RecurrentTextModel<Double>(Self.configuration, random: RandomStream(seed: 10))
    let all = model(Self.symbols)
    let part = model(Self.symbols.map { Array($0.prefix(2)) })
    #expect(all.sliced(axis: 1, 0..<2).elements == part.elements)
    var generation = model.generation()
    let found = Self.symbols[0].map { generation.next(after: $0).reshaped([1, 5]) }
    expectClose(
      actual: .concatenated(found, axis: 0), expected: all.sliced(axis: 0, 0..<1).reshaped([4, 5]),
      relative: 1e-12, absolute: 1e-14)
  }

  @Test("the loss has the derivatives of finite differences by every parameter")
  func gradients() {
    let model = RecurrentTextModel<Double>(Self.configuration, random: RandomStream(seed: 11))
    let parameters = model.parameters
    expectGradientMatchesFiniteDifferences(at: parameters.values, relative: 1e-5, absolute: 1e-8) { values in
      weightedSum(model.with(ParameterValues(names: parameters.names, values: values))(Self.symbols))
    }
  }

  @Test("the states of all positions end with that of the last, and each is that of a shorter sequence")
  func states() {
    let network = LongShortTermMemory<Double>(inputSize: 4, size: 3, random: RandomStream(seed: 12))
    let sequences = normalTensor([2, 5, 4], seed: 13, as: Double.self)
    let states = network.states(of: sequences)
    #expect(states.shape == [2, 5, 3])
    for length in 1...5 {
      let shorter = network(sequences.sliced(axis: 1, 0..<length))
      #expect(states.sliced(axis: 1, length - 1..<length).elements == shorter.elements)
    }
    var state = network.start(batch: 2)
    for position in 0..<5 {
      state = network.next(
        state, reading: sequences.sliced(axis: 1, position..<position + 1).reshaped([2, 4]))
    }
    expectClose(actual: state.output, expected: network(sequences), relative: 1e-12)
  }
}
