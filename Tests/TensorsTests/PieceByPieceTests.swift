import Tensors
import TestSupport
import Testing

/// A function of a batch computed in pieces, held against the whole at once.
struct PieceByPieceTests {
  private struct Layer: Parameterized {
    var weights: Tensor<Double>
    mutating func visitParameters(_ visit: ParameterVisitor<Double>) {
      visit("weights", &weights)
    }
  }

  private let weights = normalTensor([3, 4], seed: 1)
  private let input = normalTensor([7, 2, 3], seed: 2)
  private let factor = normalTensor([7, 1, 1], seed: 3)

  @Sendable private static func compute(_ layer: Layer, _ batches: [Tensor<Double>]) -> Tensor<Double> {
    batches[0].projected(by: layer.weights).tanh() * batches[1]
  }

  private func whole(_ values: [Tensor<Double>]) -> Tensor<Double> {
    Self.compute(Layer(weights: values[0]), [values[1], values[2]])
  }

  private func inPieces(_ values: [Tensor<Double>], size: Int) -> Tensor<Double> {
    pieceByPiece(Layer(weights: values[0]), [values[1], values[2]], size: size, Self.compute)
  }

  @Test(
    "value and gradients are those of the whole batch, for pieces that divide it and pieces that do not",
    arguments: [1, 3, 7, 9])
  func firstDerivatives(size: Int) {
    let points = [weights, input, factor]
    expectClose(actual: inPieces(points, size: size), expected: whole(points), relative: 1e-14)
    let found = valueWithGradients(at: points) { weightedSum(inPieces($0, size: size)) }.gradients
    let expected = valueWithGradients(at: points) { weightedSum(whole($0)) }.gradients
    for (actual, expected) in zip(found, expected) {
      expectClose(actual: actual, expected: expected, relative: 1e-12, absolute: 1e-13)
    }
  }

  @Test("second derivatives pass finite differences")
  func secondDerivatives() throws {
    try expectSecondDerivativesMatchFiniteDifferences(at: [weights, input, factor]) {
      weightedSum(inPieces($0, size: 3))
    }
  }
}
