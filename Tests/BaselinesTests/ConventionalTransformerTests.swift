import Baselines
import Foundation
import Foundations
import Tensors
import Testing

struct ConventionalTransformerTests {
  /// All sizes different, and heads * keySize different from the dimension.
  private let sizes = ConventionalTransformerConfiguration(
    patchSize: 5, gridHeight: 2, gridWidth: 3, dimension: 8, headCount: 3, keySize: 4, hiddenSize: 7,
    repeats: 2)

  /// A model whose parameters are all random, so that no gradient is zero by chance.
  private func model(_ seed: UInt64) -> ConventionalTransformer<Double> {
    let model = ConventionalTransformer<Double>(sizes, random: RandomStream(seed: seed))
    var random = RandomStream(seed: seed).child(9)
    return model.with(
      model.parameters.map { name, value in
        let noise = Tensor<Double>.normal(value.shape, standardDeviation: 0.4, using: &random)
        return name.hasSuffix("gain") ? noise + 1 : noise
      })
  }

  private func patches(_ batch: Int, seed: UInt64) -> Tensor<Double> {
    var random = RandomStream(seed: seed)
    return .normal([batch, 6, 5], using: &random)
  }

  private let masked = Tensor<Double>(shape: [2, 6], elements: [0, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0])

  @Test("the output is that of a plain computation with loops")
  func plainComputation() throws {
    let model = model(1)
    let patches = patches(2, seed: 2)
    let output = model.completed(patches, masked: masked)
    #expect(output.shape == [2, 6, 5])
    let formulas = PlainTransformer(
      parameters: model.parameters, headCount: sizes.headCount, keySize: sizes.keySize, repeats: sizes.repeats
    )
    for example in 0..<2 {
      let input = (0..<6).map { patch in (0..<5).map { patches[example, patch, $0] } }
      let mask = (0..<6).map { masked[example, $0] == 1 }
      let plain = formulas.completed(input, masked: mask)
      let expected = Tensor(shape: [6, 5], elements: plain.flatMap { $0 })
      let found = output.sliced(axis: 0, example..<example + 1).reshaped([6, 5])
      #expect(BaselineExamples.largestDifference(found, expected) < 1e-12)
    }
  }

  @Test("gradients of all parameters are those of finite differences")
  func finiteDifferences() throws {
    let model = model(3)
    let patches = patches(2, seed: 4)
    let target = self.patches(2, seed: 5)
    @Sendable func loss(_ model: ConventionalTransformer<Double>) -> Tensor<Double> {
      (model.completed(patches, masked: masked) - target).squared().sum()
    }
    let gradient = valueWithGradient(at: model, of: loss).gradient
    #expect(gradient.names == model.parameters.names)
    let parameters = model.parameters
    let step = 1e-5
    for (name, value) in zip(parameters.names, parameters.values) {
      let found = try #require(gradient[name])
      #expect(found.shape == value.shape)
      for element in Set([0, value.count / 2, value.count - 1]) {
        func shifted(_ amount: Double) -> Double {
          var elements = value.elements
          elements[element] += amount
          let changed = Tensor(shape: value.shape, elements: elements)
          return loss(model.with(parameters.map { $0 == name ? changed : $1 })).scalar
        }
        let expected = (shifted(step) - shifted(-step)) / (2 * step)
        #expect(
          abs(found.elements[element] - expected) < 1e-6 * max(1, abs(expected)),
          "\(name)[\(element)]: \(found.elements[element]), finite difference \(expected)")
      }
      #expect(found.globalLargest > 1e-6, "the gradient of \(name) is zero")
    }
  }

  @Test("examples of a batch do not influence each other")
  func batchIndependence() {
    let model = model(6)
    let patches = patches(2, seed: 7)
    let together = model.completed(patches, masked: masked)
    for example in 0..<2 {
      let range = example..<example + 1
      let alone = model.completed(
        patches.sliced(axis: 0, range), masked: masked.sliced(axis: 0, range))
      #expect(BaselineExamples.largestDifference(alone, together.sliced(axis: 0, range)) < 1e-12)
    }
  }

  @Test("without positions, exchanging patches exchanges the results; with them it does not")
  func permutationEquivariance() {
    let order = [4, 0, 5, 2, 1, 3]
    let patches = patches(2, seed: 8)
    func difference(_ model: ConventionalTransformer<Double>) -> Double {
      let before = model.completed(patches, masked: masked).gathered(order, axis: 1)
      let after = model.completed(
        patches.gathered(order, axis: 1), masked: masked.gathered(order, axis: 1))
      return BaselineExamples.largestDifference(before, after)
    }
    let model = model(9)
    let unplaced = model.with(model.parameters.map { $0 == "positions" ? .zeros($1.shape) : $1 })
    #expect(difference(unplaced) < 1e-12)
    #expect(difference(model) > 0.1)
  }

  @Test("masked patches are not read, visible ones are")
  func maskedPatches() {
    let model = model(10)
    let first = patches(2, seed: 11)
    let second = patches(2, seed: 12)
    let mask = masked.reshaped([2, 6, 1])
    let mixed = first * (1 - mask) + second * mask
    let output = model.completed(first, masked: masked)
    #expect(model.completed(mixed, masked: masked).elements == output.elements)
    #expect(BaselineExamples.largestDifference(model.completed(second, masked: masked), output) > 0.1)
  }

  @Test("the parameter count is what the sizes say, and that of the known model of 30,544")
  func parameterCounts() {
    #expect(model(13).parameterCount == sizes.parameterCount)
    let known = ConventionalTransformerConfiguration(
      patchSize: 16, gridHeight: 7, gridWidth: 7, dimension: 64, headCount: 4, keySize: 16, hiddenSize: 64,
      repeats: 12)
    #expect(known.parameterCount == 30_544)
    #expect(ConventionalTransformer<Float>(known, random: RandomStream(seed: 1)).parameterCount == 30_544)
  }

  @Test(
    "the hidden size closest to a count leaves no closer one", arguments: [1, 1_900, 30_097, 30_222, 100_000])
  func hiddenSize(count: Int) {
    let start = ConventionalTransformerConfiguration(
      patchSize: 16, gridHeight: 7, gridWidth: 7, dimension: 64, headCount: 4, keySize: 16, hiddenSize: 3,
      repeats: 12)
    func distance(_ hidden: Int) -> Int {
      let sizes = ConventionalTransformerConfiguration(
        patchSize: 16, gridHeight: 7, gridWidth: 7, dimension: 64, headCount: 4, keySize: 16,
        hiddenSize: hidden, repeats: 12)
      return abs(sizes.parameterCount - count)
    }
    let found = start.withHiddenSize(closestTo: count)
    #expect(distance(found.hiddenSize) == (1...1_000).map(distance).min())
    #expect(found.repeats == 12 && found.patchSize == 16)
  }

  @Test("initial positions are the stated waves and the class token's are zero")
  func positions() {
    let positions = ConventionalTransformer<Double>.initialPositions(for: sizes)
    #expect(positions.shape == [7, 8])
    #expect((0..<8).allSatisfy { positions[0, $0] == 0 })
    let root = 2.0.squareRoot()
    // Patch 5 is row 1, column 2; frequencies 0.2 and 2.5.
    let expected = [
      sin(0.2), sin(2.5), cos(0.2), cos(2.5), sin(0.4), sin(5.0), cos(0.4), cos(5.0),
    ]
    for (index, wave) in expected.enumerated() { #expect(abs(positions[6, index] - root * wave) < 1e-14) }
  }

  @Test("training lowers the error, and fewer repeats can be asked for")
  func learning() {
    var model = ConventionalTransformer<Float>(sizes, random: RandomStream(seed: 14))
    let patches = patches(2, seed: 15).converted(to: Float.self)
    let masked = masked.converted(to: Float.self)
    let other = model.completed(patches, masked: masked, repeats: 0)
    #expect(BaselineExamples.largestDifference(other, model.completed(patches, masked: masked)) > 0)
    var losses: [Float] = []
    for _ in 0..<60 {
      let (loss, gradient) = valueWithGradient(at: model) { model in
        (model.completed(patches, masked: masked) - patches).squared().mean()
      }
      losses.append(loss.scalar)
      model = model.with(model.parameters.map { name, value in value - (gradient[name] ?? value) * 0.5 })
    }
    #expect(losses[59] < 0.3 * losses[0])
  }
}

extension Tensor {
  fileprivate var globalLargest: Double { elements.reduce(0) { max($0, abs(Double($1))) } }
}
