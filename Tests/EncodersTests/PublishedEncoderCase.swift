import ArrayFiles
import Encoders
import Energies
import Foundation
import Foundations
import Tensors
import Testing

/// The reference figures of a small encoder: weights, a padded batch, and what another implementation makes of it.
struct PublishedEncoderCase<Scalar: TensorScalar> {
  let configuration: EncoderConfiguration
  let file: SafetensorsFile

  init() throws {
    let path = try #require(
      Bundle.module.url(forResource: "encoder", withExtension: "safetensors", subdirectory: "Fixtures"))
    file = try SafetensorsFile.read(path: path.path)
    let text = try #require(file.metadata["configuration"])
    configuration = try JSONDecoder().decode(EncoderConfiguration.self, from: Data(text.utf8))
  }

  func tensor(_ name: String) throws -> Tensor<Scalar> { try Tensor(file.array(named: name)) }

  /// The arrays by their published names.
  func weights() throws -> [String: Tensor<Scalar>] {
    let start = "state_dict/"
    var weights: [String: Tensor<Scalar>] = [:]
    for (key, array) in file.arrays where key.hasPrefix(start) {
      weights[String(key.dropFirst(start.count))] = try Tensor(array)
    }
    return weights
  }

  func encoder() throws -> TransformerEncoder<Scalar> {
    try TransformerEncoder(published: NamedArrays(weights()), configuration)
  }

  func mask() throws -> TokenMask {
    let array = try file.array(named: "mask")
    return TokenMask(
      batch: array.shape[0], tokenCount: array.shape[1], isReal: try array.integers().map { $0 == 1 })
  }

  func tokens() throws -> EncoderTokens {
    EncoderTokens(
      padded: try file.array(named: "ids").integers(), segments: try file.array(named: "types").integers(),
      mask: try mask())
  }
}

/// The first layer of an encoder in tensor operations, head by head, for one sequence.
struct PlainFirstLayer {
  /// Of each head, [tokens, head size].
  let queries: [Tensor<Double>], keys: [Tensor<Double>], values: [Tensor<Double>]

  init(_ reference: PublishedEncoderCase<Double>, ids: [Int], segments: [Int]) throws {
    let c = reference.configuration
    let weights = try reference.weights()
    func array(_ name: String) throws -> Tensor<Double> { try #require(weights[name]) }
    func row(_ name: String) throws -> Tensor<Double> { try array(name).reshaped([1, c.dimension]) }
    let sum =
      try array("embeddings.word_embeddings.weight").gathered(ids, axis: 0)
      + array("embeddings.position_embeddings.weight").gathered(Array(ids.indices), axis: 0)
      + array("embeddings.token_type_embeddings.weight").gathered(segments, axis: 0)
    let x =
      try sum.standardized(epsilon: c.normEpsilon) * row("embeddings.LayerNorm.weight")
      + row("embeddings.LayerNorm.bias")
    func heads(_ part: String) throws -> [Tensor<Double>] {
      let name = "encoder.layer.0.attention.self.\(part)"
      let all = try x.projected(by: array("\(name).weight"), transposed: true) + row("\(name).bias")
      return (0..<c.headCount).map {
        all.sliced(axis: 1, $0 * c.headSize..<($0 + 1) * c.headSize)
      }
    }
    (queries, keys, values) = (try heads("query"), try heads("key"), try heads("value"))
  }
}
