import Tensors
import TestSupport
import Testing

/// A sum over examples differentiated piece by piece, held against the whole at once.
struct SumOverExamplesTests {
  private struct Layer: Parameterized {
    var weights: Tensor<Double>
    var offset: Tensor<Double>
    mutating func visitParameters(_ visit: ParameterVisitor<Double>) {
      visit("weights", &weights)
      visit("offset", &offset)
    }
  }

  private struct Refused: Error, Equatable { let first: Int }

  private static let input = normalTensor([7, 2, 3], seed: 2)
  private let layer = Layer(weights: normalTensor([3, 4], seed: 1), offset: normalTensor([4], seed: 5))

  @Sendable private static func loss(_ layer: Layer, _ examples: Range<Int>) -> Tensor<Double> {
    let product = input.sliced(axis: 0, examples).projected(by: layer.weights)
    return (product + layer.offset.reshaped([1, 1, 4])).tanh().squared().sum()
  }

  private func inPieces(of size: Int) throws -> (value: Tensor<Double>, gradient: ParameterValues<Double>) {
    try valueWithGradient(at: layer, exampleCount: 7, pieceSize: size, ofSum: Self.loss)
  }

  @Test(
    "value and gradients are those of the whole batch, for pieces that divide it and pieces that do not",
    arguments: [1, 3, 7, 9])
  func agrees(size: Int) throws {
    let whole = valueWithGradient(at: layer) { Self.loss($0, 0..<7) }
    let found = try inPieces(of: size)
    expectClose(actual: found.value, expected: whole.value, relative: 1e-14)
    #expect(found.gradient.names == ["weights", "offset"])
    for (actual, expected) in zip(found.gradient.values, whole.gradient.values) {
      expectClose(actual: actual, expected: expected, relative: 1e-12, absolute: 1e-13)
      #expect(!actual.isTracked)
    }
  }

  @Test("the gradient passes finite differences")
  func finiteDifferences() throws {
    let found = try inPieces(of: 2).gradient.values
    let expected = finiteDifferenceGradients(at: layer.parameters.values, step: 1e-3) {
      Self.loss(Layer(weights: $0[0], offset: $0[1]), 0..<7)
    }
    for (actual, expected) in zip(found, expected) {
      expectClose(actual: actual, expected: expected, relative: 1e-8, absolute: 1e-9)
    }
  }

  @Test("pieces are added in their order, so repeated runs give the same bits")
  func sameBits() throws {
    let first = try inPieces(of: 1)
    for _ in 0..<20 {
      let again = try inPieces(of: 1)
      #expect(again.value.elements == first.value.elements)
      #expect(again.gradient.values.map(\.elements) == first.gradient.values.map(\.elements))
    }
    var added = Tensor<Double>.zeros([3, 4])
    for example in 0..<7 {
      added = added + valueWithGradient(at: layer) { Self.loss($0, example..<example + 1) }.gradient.values[0]
    }
    #expect(first.gradient.values[0].elements == added.elements)
  }

  @Test("the error of the first piece that fails passes through")
  func errors() {
    #expect(throws: Refused(first: 2)) {
      try valueWithGradient(at: layer, exampleCount: 7, pieceSize: 2) { layer, examples in
        if examples.lowerBound >= 2 { throw Refused(first: examples.lowerBound) }
        return Self.loss(layer, examples)
      }
    }
  }
}
