import Layers
public import Tensors

extension HopfieldAssociation {
  /// The output, [batch, states, output size].
  ///
  /// - Parameters:
  ///   - patterns: States, stored patterns and values.
  ///   - masks: Which stored patterns states may attend to.
  ///   - random: The stream that dropout draws from in training; nil otherwise.
  public func callAsFunction(
    _ patterns: HopfieldPatterns<Scalar>, masks: AssociationMasks<Scalar> = .none,
    dropout random: RandomStream? = nil
  ) -> Tensor<Scalar> {
    associate(patterns, masks: masks, dropout: random).output
  }

  /// The output and the association that gave it.
  public func associate(
    _ patterns: HopfieldPatterns<Scalar>, masks: AssociationMasks<Scalar> = .none,
    dropout random: RandomStream? = nil
  ) -> AssociationResult<Scalar> {
    let (batch, states, stored) = patterns.sizes(configuration)
    let mask = masks.added(
      batch: batch, heads: configuration.headCount, states: states, stored: stored,
      extra: configuration.extraCount)
    if statesTakeProjections(states: states, stored: stored) {
      return associateOnStateSide(patterns, mask: mask, dropout: random)
    }
    let keys = withExtraPatterns(headKeys(patterns.stored), biasKey, batch: batch)
    let values = withExtraPatterns(headValues(patterns.values ?? patterns.stored), biasValue, batch: batch)
    let updates = AssociationUpdates(
      headCount: configuration.headCount, scale: headScale, plan: configuration.updates)
    let found = updates.run(from: repeated(headQueries(patterns.states), batch), keys: keys, mask: mask)
    let mixed = found.weights.withDropout(configuration.dropout, random: random).headMixture(values)
    return AssociationResult(
      output: finished(mixed), weights: found.weights, updateCounts: found.counts, settled: found.settled)
  }

  /// The values that a state is answered with, before the output's projection: [batch, stored patterns, heads
  /// * value size of a head], the heads being neighbouring blocks.
  public func projectedValues(_ patterns: HopfieldPatterns<Scalar>) -> Tensor<Scalar> {
    let batch = patterns.sizes(configuration).batch
    return withExtraPatterns(headValues(patterns.values ?? patterns.stored), biasValue, batch: batch)
  }

  // MARK: - Into the heads: [batch or 1, count, heads * size]

  func headQueries(_ states: Tensor<Scalar>) -> Tensor<Scalar> { inHeads(stateNorm(states), query) }

  private func headKeys(_ stored: Tensor<Scalar>) -> Tensor<Scalar> { inHeads(storedNorm(stored), key) }

  private func headValues(_ values: Tensor<Scalar>) -> Tensor<Scalar> {
    let values = valueNorm(values)
    return switch configuration.values {
    case .independent: value.map { $0(values) } ?? values
    case .connected: key.flatMap { key in value.map { $0(key(values)) } } ?? values
    case .keys: key.map { $0(values) } ?? values
    case .none: inEveryHead(values)
    }
  }

  private func inHeads(
    _ x: Tensor<Scalar>, _ projection: AssociationProjection<Scalar>?
  ) -> Tensor<Scalar> {
    let heads = projection.map { $0(x) } ?? inEveryHead(x)
    guard headNorm.isNormalized else { return heads }
    let split = heads.reshaped(
      [heads.shape[0], heads.shape[1], configuration.headCount, configuration.headSize])
    return headNorm(split).reshaped(heads.shape)
  }

  private func inEveryHead(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    configuration.headCount == 1
      ? x : .concatenated(Array(repeating: x, count: configuration.headCount), axis: 2)
  }

  /// Beta of each head at each of its numbers, [1, 1, heads * size].
  var headScale: Tensor<Scalar> {
    let (heads, size) = (configuration.headCount, configuration.headSize)
    return beta.reshaped([heads, 1]).repeated(to: [heads, size]).reshaped([1, 1, heads * size])
  }

  private func repeated(_ x: Tensor<Scalar>, _ batch: Int) -> Tensor<Scalar> {
    x.repeated(to: [batch] + x.shape.dropFirst())
  }

  private func withExtraPatterns(
    _ x: Tensor<Scalar>, _ pattern: Tensor<Scalar>?, batch: Int
  ) -> Tensor<Scalar> {
    var parts = [repeated(x, batch)]
    if let pattern { parts.append(repeated(pattern.reshaped([1, 1, pattern.count]), batch)) }
    if configuration.hasZeroPattern { parts.append(.zeros([batch, 1, x.shape[2]])) }
    return parts.count == 1 ? parts[0] : .concatenated(parts, axis: 1)
  }

  /// The output of the heads' answers side by side.
  func finished(_ mixed: Tensor<Scalar>) -> Tensor<Scalar> {
    configuration.activation(output.map { $0(mixed) } ?? mixed)
  }
}
