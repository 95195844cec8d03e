import Energies
import HopfieldLayers
import Tensors
import TestSupport
import Testing

/// Names and numbers of parameters, wrong shapes, and bits that do not depend on threads.
@Suite(.serialized)
struct HopfieldLayerShapeTests {
  @Test("parameters by name, and as many as the package counts")
  func parameters() {
    let layer = HopfieldAssociation<Float>(
      .association(size: 8, headCount: 2, headSize: 6), random: RandomStream(seed: 1))
    #expect(
      layer.parameters.names == [
        "stateNorm.gain", "stateNorm.bias", "storedNorm.gain", "storedNorm.bias", "valueNorm.gain",
        "valueNorm.bias", "query.weight", "query.bias", "key.weight", "key.bias", "value.weight",
        "value.bias", "output.weight", "output.bias",
      ])
    // Norms 3 · 16, projections 3 · (8 · 12 + 12), output 12 · 8 + 8.
    #expect(layer.parameterCount == 48 + 324 + 104)
    var configuration = HopfieldConfiguration.attention(size: 8, headCount: 2, headSize: 6)
    configuration.beta = .learned
    (configuration.hasBiasPattern, configuration.headNorm) = (true, .affine)
    let more = HopfieldAssociation<Float>(configuration, random: RandomStream(seed: 1))
    #expect(more.parameterCount == 324 + 104 + 12 + 2 * 12 + 2)
    #expect(Set(more.parameters.names).isSuperset(of: ["beta", "biasPattern.key", "headNorm.gain"]))
  }

  @Test("the same seed draws the same weights, another seed others")
  func seeds() {
    func weights(_ seed: UInt64) -> [[Float]] {
      HopfieldAssociation<Float>(.attention(size: 6), random: RandomStream(seed: seed)).parameters.values
        .map(\.elements)
    }
    #expect(weights(1) == weights(1))
    #expect(weights(1) != weights(2))
    let query = Tensor(shape: [36], elements: weights(3)[0])
    #expect(abs(query.squared().mean().scalar.squareRoot() - 0.02) < 0.008)
  }

  @Test("outputs, associations and gradients have the same bits with any number of threads")
  func threads() {
    let random = RandomStream(seed: 120)
    var configuration = HopfieldConfiguration.association(size: 96, headCount: 3)
    configuration.dropout = 0.1
    configuration.updates = .untilSettled(tolerance: 1e-4, atMost: 6)
    configuration.beta = .perHead([0.5, 2, 8])
    let layer = HopfieldAssociation<Float>(configuration, random: random)
    let pooling = HopfieldPooling<Float>(.pooling(queries: 2, size: 96, headCount: 3), random: random)
    let x = normalTensor([5, 70, 96], seed: 121, as: Float.self)
    func results() -> [[Float]] {
      let found = layer.associate(HopfieldPatterns(x))
      let gradient = valueWithGradient(at: layer) {
        $0(HopfieldPatterns(x), dropout: random).squared().sum()
      }.gradient
      let pooled = valueWithGradient(at: pooling) { $0(x).squared().sum() }
      return [found.output.elements, found.weights.elements, [pooled.value.scalar]]
        + (gradient.values + pooled.gradient.values).map(\.elements)
    }
    let count = Parallelism.threadCount
    defer { Parallelism.threadCount = count }
    Parallelism.threadCount = 1
    let single = results()
    for threads in [2, 5] {
      Parallelism.threadCount = threads
      #expect(results() == single)
    }
  }

  /// Whether the message names every shape.
  private func names(_ result: ExitTest.Result?, _ shapes: [Int]...) -> Bool {
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    return shapes.allSatisfy { message.contains("\($0)") }
  }

  @Test("patterns and masks of wrong shape stop with both shapes")
  func wrongShapes() async {
    let patterns = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let layer = HopfieldAssociation<Float>(.attention(size: 6), random: RandomStream(seed: 1))
      _ = layer(HopfieldPatterns(states: .zeros([2, 3, 6]), stored: .zeros([2, 4, 5])))
    }
    #expect(names(patterns, [2, 3, 6], [2, 4, 5], [6, 6, 6]))
    let counts = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let layer = HopfieldAssociation<Float>(.attention(size: 6), random: RandomStream(seed: 1))
      _ = layer(HopfieldPatterns(states: .zeros([2, 3, 6]), stored: .zeros([3, 4, 6])))
    }
    #expect(names(counts, [2, 3, 6], [3, 4, 6]))
    // A mask for as many states as stored patterns, in a lookup with more of them.
    let mask = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let layer = HopfieldLookup<Float>(.lookup(patterns: 5, size: 6), random: RandomStream(seed: 1))
      _ = layer(.zeros([2, 3, 6]), masks: .causal(3))
    }
    #expect(names(mask, [1, 1, 3, 3]))
    let padding = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let layer = HopfieldPooling<Float>(.pooling(size: 6), random: RandomStream(seed: 1))
      let mask = TokenMask(lengths: [1, 1], tokenCount: 4)
      _ = layer(.zeros([2, 3, 6]), masks: AssociationMasks(stored: mask))
    }
    #expect(names(padding, [2, 4], [2, 3]))
  }

  @Test("sizes that do not fit each other stop")
  func wrongConfigurations() async {
    await #expect(processExitsWith: .failure) {
      var configuration = HopfieldConfiguration.attention(size: 6, headCount: 2)
      configuration.projectsStates = false
      _ = HopfieldAssociation<Float>(configuration, random: RandomStream(seed: 1))
    }
    await #expect(processExitsWith: .failure) {
      var configuration = HopfieldConfiguration.attention(size: 6, headCount: 2)
      configuration.beta = .perHead([1, 2, 3])
      _ = HopfieldAssociation<Float>(configuration, random: RandomStream(seed: 1))
    }
    await #expect(processExitsWith: .failure) {
      var configuration = HopfieldConfiguration.attention(size: 6)
      configuration.valueSize = 5
      configuration.values = .connected
      _ = HopfieldAssociation<Float>(configuration, random: RandomStream(seed: 1))
    }
  }
}
