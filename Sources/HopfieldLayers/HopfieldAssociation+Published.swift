public import ArrayFiles
import Tensors

extension HopfieldAssociation {
  /// A layer with the weights of `Hopfield` of the published package (hopfield-layers), by their names there.
  ///
  /// `association_core.in_proj_weight` (or `q_proj_weight`, `k_proj_weight`, `v_proj_weight`),
  /// `in_proj_bias`, `out_proj.weight`, `out_proj.bias`, `p_norm_weight`, `p_norm_bias`,
  /// `norm_state_pattern.weight` and so on. Beta and the number of updates are no arrays there: the
  /// configuration gives them. That package keeps a bias pattern (`bias_k`, `bias_v`) without ever storing
  /// it: without `hasBiasPattern` those two are left aside.
  ///
  /// - Throws: `NamedArrayError` for an array that is missing, has another shape, or has no place in
  ///   the configuration.
  public init(published arrays: NamedArrays<Scalar>, _ configuration: HopfieldConfiguration) throws {
    var weights = PublishedHopfieldWeights(arrays)
    let names = PublishedHopfieldNames(configuration, prefix: "", in: weights)
    self = try weights.fill(
      HopfieldAssociation(configuration, random: RandomStream(seed: 0)), names.array(of:))
    try weights.finish(ignoring: names.unused)
  }
}

extension HopfieldPooling {
  /// A layer with the weights of `HopfieldPooling` of the published package: those of the association after
  /// `hopfield.`, and `pooling_weights` [1, queries, state size].
  ///
  /// - Throws: `NamedArrayError` for an array that is missing, has another shape, or has no place in
  ///   the configuration.
  public init(
    published arrays: NamedArrays<Scalar>, _ configuration: HopfieldPoolingConfiguration
  ) throws {
    let association = configuration.association
    var weights = PublishedHopfieldWeights(arrays)
    let names = PublishedHopfieldNames(association, prefix: "hopfield.", in: weights)
    self.init(
      try weights.fill(HopfieldAssociation(association, random: RandomStream(seed: 0)), names.array(of:)),
      queries: try weights.table(
        "pooling_weights", count: configuration.queryCount, size: association.stateSize),
      learnsQueries: configuration.learnsQueries)
    try weights.finish(ignoring: names.unused)
  }
}

extension HopfieldLookup {
  /// A layer with the weights of `HopfieldLayer` of the published package: those of the association after
  /// `hopfield.`, `lookup_weights` [1, patterns, stored size] and, with `hasTargets`, `target_weights`.
  ///
  /// - Throws: `NamedArrayError` for an array that is missing, has another shape, or has no place in
  ///   the configuration.
  public init(
    published arrays: NamedArrays<Scalar>, _ configuration: HopfieldLookupConfiguration
  ) throws {
    let (association, count) = (configuration.association, configuration.patternCount)
    var weights = PublishedHopfieldWeights(arrays)
    let names = PublishedHopfieldNames(association, prefix: "hopfield.", in: weights)
    let filled = try weights.fill(
      HopfieldAssociation(association, random: RandomStream(seed: 0)), names.array(of:))
    let patterns = try weights.table("lookup_weights", count: count, size: association.storedSize)
    let targets =
      configuration.hasTargets
      ? try weights.table("target_weights", count: count, size: association.valueSize) : nil
    self.init(
      filled, patterns: patterns, targets: targets, learnsPatterns: configuration.learnsPatterns,
      learnsTargets: configuration.learnsTargets)
    try weights.finish(ignoring: names.unused)
  }
}
