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

  @Test("a symbol beyond the context stops with a line that says so")
  func fullContext() async {
    let stop = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let model = ConventionalTextTransformer<Double>(
        ConventionalTextTransformerTests.configuration(), random: RandomStream(seed: 8))
      var generation = model.generation()
      while !generation.isFull { _ = generation.next(after: 1) }
      _ = generation.next(after: 1)
    }
    let message = String(decoding: stop?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("a context of 9 symbols is full"))
  }

  @Test(
    "dropout of attention alone: in training only, the same by the same stream, and no view of later symbols")
  func attentionDropout() {
    for isCausal in [true, false] {
      var configuration = Self.configuration(isCausal: isCausal)
      let without = model(configuration)
      configuration.attentionDropout = 0.5
      let model = model(configuration)
      #expect(model(Self.symbols).elements == without(Self.symbols).elements)
      func trained(_ seed: UInt64, _ symbols: [[Int]] = Self.symbols) -> Tensor<Double> {
        model(symbols, dropout: RandomStream(seed: seed))
      }
      #expect(trained(1).elements == trained(1).elements)
      #expect(trained(1).elements != trained(2).elements)
      #expect(trained(1).elements != model(Self.symbols).elements)
      var changed = Self.symbols
      changed[0][4] = 3
      let earlier = [Self.symbols, changed].map {
        trained(1, $0).sliced(axis: 0, 0..<1).sliced(axis: 1, 0..<4).elements
      }
      #expect((earlier[0] == earlier[1]) == isCausal)
    }
  }
}

struct RecurrentTextModelTests {
  static let configuration = RecurrentTextConfiguration(symbolCount: 5, embeddingSize: 4, size: 3)
  static let configurations = [
    configuration, RecurrentTextConfiguration(symbolCount: 5, embeddingSize: 4, size: 3, layerCount: 3),
  ]
  static let symbols = [[0, 3, 1, 2], [4, 4, 0, 1]]

  @Test("the number of parameters is what the model visits, and can be met", arguments: configurations)
  func parameterCount(configuration: RecurrentTextConfiguration) {
    let met = configuration.withSize(closestTo: 3_000)
    #expect(met.layerCount == configuration.layerCount)
    for configuration in [configuration, met] {
      let model = RecurrentTextModel<Double>(configuration, random: RandomStream(seed: 9))
      #expect(model.parameters.values.reduce(0) { $0 + $1.count } == configuration.parameterCount)
    }
    func distance(_ size: Int) -> Int {
      let sized = RecurrentTextConfiguration(
        symbolCount: 5, embeddingSize: 4, size: size, layerCount: configuration.layerCount)
      return abs(sized.parameterCount - 3_000)
    }
    #expect(distance(met.size) == (1...100).map(distance).min())
  }

  @Test(
    "a later symbol changes no earlier logit, and symbols one by one give the same", arguments: configurations
  )
  func causality(configuration: RecurrentTextConfiguration) {
    let model = RecurrentTextModel<Double>(configuration, random: RandomStream(seed: 10))
    let all = model(Self.symbols)
    let changed = model([[0, 3, 4, 2], [4, 4, 1, 1]])
    #expect(all.sliced(axis: 1, 0..<2).elements == changed.sliced(axis: 1, 0..<2).elements)
    #expect(all.elements != changed.elements)
    var generation = model.generation()
    let found = Self.symbols[0].map { generation.next(after: $0).reshaped([1, 5]) }
    expectClose(
      actual: .concatenated(found, axis: 0), expected: all.sliced(axis: 0, 0..<1).reshaped([4, 5]),
      relative: 1e-12, absolute: 1e-14)
  }

  @Test("a layer reads the states of the one below")
  func layers() throws {
    let one = RecurrentTextModel<Double>(Self.configurations[0], random: RandomStream(seed: 14))
    let three = RecurrentTextModel<Double>(Self.configurations[1], random: RandomStream(seed: 14))
    let lower = three.parameters
    for name in one.parameters.names { #expect(lower[name]?.elements == one.parameters[name]?.elements) }
    func network(_ name: String, inputs: Int) throws -> LongShortTermMemory<Double> {
      let fresh = LongShortTermMemory<Double>(inputSize: inputs, size: 3, random: RandomStream(seed: 15))
      return fresh.with(try fresh.parameters.map { part, _ in try #require(lower["\(name).\(part)"]) })
    }
    let table = try #require(lower["embedding.table"])
    let embedded = table.gathered(Self.symbols.flatMap { $0 }, axis: 0).reshaped([2, 4, 4])
    let states = try network("upper.1", inputs: 3).states(
      of: network("upper.0", inputs: 3).states(of: network("network", inputs: 4).states(of: embedded)))
    let (weight, bias) = (try #require(lower["head.weight"]), try #require(lower["head.bias"]))
    let expected = states.projected(by: weight, transposed: true) + bias
    expectClose(actual: three(Self.symbols), expected: expected, relative: 1e-12, absolute: 1e-14)
  }

  @Test("dropout leaves numbers out between layers and before the head, in training only")
  func dropout() {
    for layerCount in [1, 2] {
      let configuration = RecurrentTextConfiguration(
        symbolCount: 5, embeddingSize: 4, size: 3, layerCount: layerCount, dropout: 0.5)
      let plain = RecurrentTextConfiguration(
        symbolCount: 5, embeddingSize: 4, size: 3, layerCount: layerCount)
      let models = [configuration, plain].map {
        RecurrentTextModel<Double>($0, random: RandomStream(seed: 16))
      }
      #expect(models[0](Self.symbols).elements == models[1](Self.symbols).elements)
      let trained = [1, 1, 2].map { models[0](Self.symbols, dropout: RandomStream(seed: $0)).elements }
      #expect(trained[0] == trained[1])
      #expect(trained[0] != trained[2] && trained[0] != models[0](Self.symbols).elements)
    }
  }

  @Test("the loss has the derivatives of finite differences by every parameter", arguments: configurations)
  func gradients(configuration: RecurrentTextConfiguration) {
    let model = RecurrentTextModel<Double>(configuration, random: RandomStream(seed: 11))
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

  @Test("the states of all positions have the derivatives of finite differences, of first and second order")
  func stateDerivatives() throws {
    let network = LongShortTermMemory<Double>(inputSize: 3, size: 2, random: RandomStream(seed: 17))
    let parameters = network.parameters
    try expectDerivativesMatchFiniteDifferences(
      at: parameters.values + [normalTensor([2, 5, 3], seed: 18)], relative: 1e-6, absolute: 1e-8
    ) { points in
      let values = ParameterValues(names: parameters.names, values: Array(points.dropLast()))
      return network.with(values).states(of: points[parameters.count])
    }
  }

  @Test("the gradients of the states of all positions add up those of each last state")
  func stateGradients() {
    let network = LongShortTermMemory<Double>(inputSize: 4, size: 3, random: RandomStream(seed: 19))
    let sequences = normalTensor([2, 6, 4], seed: 20, as: Double.self)
    func weights(_ length: Int) -> Tensor<Double> { normalTensor([2, 1, 3], seed: 30 + UInt64(length)) }
    let together = valueWithGradient(at: network) { network in
      (network.states(of: sequences) * .concatenated((1...6).map(weights), axis: 1)).sum()
    }
    let apart = valueWithGradient(at: network) { network in
      (1...6).map { length in
        (network(sequences.sliced(axis: 1, 0..<length)) * weights(length).reshaped([2, 3])).sum()
      }.reduce(Tensor(0), +)
    }
    for (found, expected) in zip(together.gradient.values, apart.gradient.values) {
      expectClose(actual: found, expected: expected, relative: 1e-11, absolute: 1e-13)
    }
  }
}
