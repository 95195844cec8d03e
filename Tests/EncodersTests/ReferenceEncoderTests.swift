import ArrayFiles
import Encoders
import Energies
import Tensors
import TestSupport
import Testing

/// The encoder against figures of another implementation, with padding at the end and in the middle.
struct ReferenceEncoderTests {
  @Test("hidden states, sentence vectors and weights in double")
  func double() throws { try check(Double.self, 1e-11) }

  @Test("hidden states, sentence vectors and weights in float")
  func float() throws { try check(Float.self, 2e-5) }

  private func check<Scalar: TensorScalar>(_ type: Scalar.Type, _ tolerance: Double) throws {
    let reference = try PublishedEncoderCase<Scalar>()
    let (encoder, tokens, mask) = (try reference.encoder(), try reference.tokens(), try reference.mask())
    let real: Tensor<Scalar> = mask.tensor().reshaped([mask.batch, mask.tokenCount, 1])
    let last = reference.configuration.layerCount
    expectClose(
      actual: encoder.hiddenStates(of: tokens, tokenCount: mask.tokenCount),
      expected: try reference.tensor("hidden_\(last)") * real, relative: 0, absolute: tolerance,
      "hidden states")
    expectClose(
      actual: encoder.sentenceVectors(of: tokens), expected: try reference.tensor("sentences"), relative: 0,
      absolute: tolerance, "sentence vectors")
    // Sequences whose padding stands at the end.
    for sequence in 0..<3 {
      let one = tokens.sequences(sequence..<sequence + 1)
      let count = one.tokenCount
      for (place, weights) in zip(
        reference.configuration.heads, encoder.weights(of: reference.configuration.heads, over: one))
      {
        let expected = try reference.tensor("attention_\(place.layer)")
          .sliced(axis: 0, sequence..<sequence + 1).sliced(axis: 1, place.head..<place.head + 1)
          .sliced(axis: 2, 0..<count).sliced(axis: 3, 0..<count).reshaped([count, count])
        expectClose(
          actual: weights, expected: expected, relative: 0, absolute: tolerance, "weights of \(place)")
      }
    }
  }

  @Test("figures tell mistakes apart: other norms, types and positions miss them")
  func otherChoices() throws {
    let reference = try PublishedEncoderCase<Double>()
    let expected = try reference.tensor("sentences")
    let tokens = try reference.tokens()
    func error(_ tokens: EncoderTokens, _ configuration: EncoderConfiguration) throws -> Double {
      let encoder = try TransformerEncoder(published: NamedArrays(reference.weights()), configuration)
      return (encoder.sentenceVectors(of: tokens) - expected).absoluteValue().elements.max() ?? 0
    }
    #expect(try error(tokens, reference.configuration) < 1e-11)
    var norm = reference.configuration
    norm.normEpsilon = 1e-12
    #expect(try error(tokens, norm) > 1e-7)
    #expect(try error(EncoderTokens(ids: tokens.ids), reference.configuration) > 1e-3)
    #expect(
      try error(EncoderTokens(ids: tokens.ids, segments: tokens.segments), reference.configuration) > 1e-3)
  }

  @Test("the same bits with any number of threads, and for a sequence alone or among others")
  func sameBits() throws {
    let reference = try PublishedEncoderCase<Float>()
    let encoder = try reference.encoder()
    let ids = (0..<40).map { index in (0..<(3 + index % 15)).map { (index * 17 + $0 * 5) % 61 } }
    let tokens = EncoderTokens(ids: ids)
    let before = Parallelism.threadCount
    defer { Parallelism.threadCount = before }
    Parallelism.threadCount = 1
    let one = encoder.sentenceVectors(of: tokens)
    let regimes = encoder.regimes(of: EncoderTokens(ids: ids.filter { $0.count == 9 }))
    Parallelism.threadCount = 3
    #expect(encoder.sentenceVectors(of: tokens).elements == one.elements)
    #expect(encoder.regimes(of: EncoderTokens(ids: ids.filter { $0.count == 9 })) == regimes)
    for index in [0, 7, 39] {
      let alone = encoder.sentenceVectors(of: tokens.sequences(index..<index + 1))
      #expect(alone.elements == one.sliced(axis: 0, index..<index + 1).elements)
    }
  }

  @Test("a padded batch with a mask and sequences without padding are the same tokens")
  func padding() throws {
    let reference = try PublishedEncoderCase<Float>()
    let tokens = try reference.tokens()
    #expect(tokens.lengths == [9, 4, 7, 7])
    #expect(tokens.positions?[3] == [0, 1, 3, 4, 6, 7, 8])
    let padded = EncoderTokens(
      padded: [1, 2, 3, 0, 0, 4, 5, 6, 7, 8], mask: .init(lengths: [3, 5], tokenCount: 5))
    #expect(padded == EncoderTokens(ids: [[1, 2, 3], [4, 5, 6, 7, 8]]))
  }
}
