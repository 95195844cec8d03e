import Energies
public import Tensors

/// What is wrong with the arrays of a published checkpoint.
public struct PublishedWeightsError: Error, CustomStringConvertible {
  /// One line: which array is missing or has another shape, and what was expected.
  public let description: String
}

extension ImageEnergyTransformer {
  /// A model from the arrays of the published JAX checkpoint, by their names there.
  ///
  /// Wq, Wk [heads, key size, dimension], Xi [dimension, memories], Wenc, Benc, Wdec, Bdec, LNORM_gamma,
  /// LNORM_bias, CLS_token, MASK_token, POS_embed. These weights were trained with tokens attending to themselves,
  /// on patches in the layout `channelsFirst`, row by row; the published script applies the norm twice.
  ///
  /// - Throws: `PublishedWeightsError` for an array that is missing or has another shape.
  public init(published arrays: [String: Tensor<Scalar>], grid: PatchGrid, normsBeforeDecoder: Int = 1) throws
  {
    func array(_ name: String, _ shape: [Int?]) throws -> Tensor<Scalar> {
      guard let found = arrays[name] else {
        throw PublishedWeightsError(
          description: "array \(name) is missing; there are \(arrays.keys.sorted().joined(separator: ", "))")
      }
      let fits = found.rank == shape.count && zip(found.shape, shape).allSatisfy { $0 > 0 && $1 ?? $0 == $0 }
      guard fits else {
        let expected = shape.map { $0.map(String.init) ?? "at least 1" }.joined(separator: ", ")
        throw PublishedWeightsError(
          description: "array \(name) has shape \(found.shape), expected [\(expected)]")
      }
      return found
    }
    let queries = try array("Wq", [nil, nil, nil])
    let size = queries.shape[2]
    let gamma = try array("LNORM_gamma", arrays["LNORM_gamma"]?.rank == 1 ? [1] : [])
    self.grid = grid
    self.normsBeforeDecoder = normsBeforeDecoder
    encoderWeights = try array("Wenc", [grid.patchLength, size])
    encoderBias = try array("Benc", [size])
    classToken = try array("CLS_token", [size])
    maskToken = try array("MASK_token", [size])
    positions = try array("POS_embed", [grid.patchCount + 1, size])
    blocks = [
      EnergyTransformerBlock(
        norm: LayerNormLagrangian(gamma: gamma.reshaped([]), delta: try array("LNORM_bias", [size])),
        attention: AttentionEnergy(
          queryWeights: queries, keyWeights: try array("Wk", queries.shape.map { $0 }), includesSelf: true),
        memory: HopfieldEnergy(memories: try array("Xi", [size, nil])))
    ]
    decoderWeights = try array("Wdec", [size, grid.patchLength])
    decoderBias = try array("Bdec", [grid.patchLength])
  }
}
