public import ArrayFiles
import Energies
import Layers
import Tensors

extension ImageEnergyTransformer {
  /// A model from the arrays of the published JAX checkpoint, by their names there.
  ///
  /// Wq, Wk [heads, key size, dimension], Xi [dimension, memories], Wenc, Benc, Wdec, Bdec, LNORM_gamma,
  /// LNORM_bias, CLS_token, MASK_token, POS_embed; Wenc [patch length, dimension] and Wdec [dimension, patch length] are
  /// turned. These weights were trained with tokens attending to themselves,
  /// on patches in the layout `channelsFirst`, row by row; the published script applies the norm twice.
  ///
  /// - Throws: ``ArrayFiles/NamedArrayError`` for an array that is missing or has another shape.
  public init(published arrays: NamedArrays<Scalar>, grid: PatchGrid, normsBeforeDecoder: Int) throws {
    var arrays = arrays
    let queries = try arrays.tensor("Wq", shape: ["heads", "key size", "dimension"])
    let size = queries.shape[2]
    let gamma = try arrays.number("LNORM_gamma")
    let patch = grid.patchLength
    self.grid = grid
    self.normsBeforeDecoder = normsBeforeDecoder
    encoder = Linear(
      weight: try arrays.tensor("Wenc", shape: [patch, size]).transposed,
      bias: try arrays.tensor("Benc", shape: [size]))
    classToken = try arrays.tensor("CLS_token", shape: [size])
    maskToken = try arrays.tensor("MASK_token", shape: [size])
    positions = try arrays.tensor("POS_embed", shape: [grid.patchCount + 1, size])
    let keys = try arrays.tensor("Wk", shape: queries.shape)
    stack = BlockStack([
      EnergyTransformerBlock(
        norm: LayerNormLagrangian(gamma: gamma, delta: try arrays.tensor("LNORM_bias", shape: [size])),
        attention: AttentionEnergy(queryWeights: queries, keyWeights: keys, includesSelf: true),
        memory: HopfieldEnergy(memories: try arrays.tensor("Xi", shape: [.init(size), "memories"])))
    ])
    decoder = Linear(
      weight: try arrays.tensor("Wdec", shape: [size, patch]).transposed,
      bias: try arrays.tensor("Bdec", shape: [patch]))
  }
}
