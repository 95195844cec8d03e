import ArrayFiles
import Encoders
import Foundation
import Tensors
import TestSupport
import Testing

/// Vectors of sentences against plain sums over the hidden states.
struct SentencePoolingTests {
  /// What a way of pooling takes of states [tokens][D] at positions.
  private func pooled(_ way: SentencePooling, _ states: [[Double]], positions: [Int]) -> [Double] {
    let count = Double(states.count)
    return states[0].indices.map { place in
      let column = states.map { $0[place] }
      switch way {
      case .first: return column[0]
      case .last: return column[column.count - 1]
      case .largest: return column.max() ?? 0
      case .mean: return column.reduce(0, +) / count
      case .scaledSum: return column.reduce(0, +) / count.squareRoot()
      case .positionMean:
        let weights = positions.map { Double($0 - positions[0] + 1) }
        return zip(weights, column).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
      }
    }
  }

  @Test(
    "each way of pooling, and several behind one another",
    arguments: SentencePooling.allCases.map { [$0] } + [[.mean, .first], SentencePooling.allCases])
  func ways(_ ways: [SentencePooling]) throws {
    let reference = try PublishedEncoderCase<Double>()
    var configuration = reference.configuration
    configuration.pooling = ways
    let encoder = try TransformerEncoder(published: NamedArrays(reference.weights()), configuration)
    let tokens = try reference.tokens()
    let vectors = encoder.sentenceVectors(of: tokens, isNormalized: false)
    let directions = encoder.sentenceVectors(of: tokens)
    let width = ways.count * configuration.dimension
    #expect(vectors.shape == [tokens.count, width] && directions.shape == vectors.shape)
    for (sequence, tensor) in encoder.hiddenStates(of: tokens).enumerated() {
      let states = (0..<tensor.shape[0]).map {
        Array(tensor.elements[$0 * configuration.dimension..<($0 + 1) * configuration.dimension])
      }
      let positions = tokens.positions?[sequence] ?? Array(states.indices)
      let expected = ways.flatMap { pooled($0, states, positions: positions) }
      let length = expected.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for (place, value) in expected.enumerated() {
        #expect(abs(vectors.elements[sequence * width + place] - value) < 1e-12)
        #expect(abs(directions.elements[sequence * width + place] - value / length) < 1e-12)
      }
    }
  }
}
