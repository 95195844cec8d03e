import Layers
import Tensors

/// The association of a few states with many stored patterns, with the projections taken by the states.
///
/// q · (W_K y) = (W_Kᵀ q) · y, and a mixture of W_V y is W_V of the mixture: nothing is projected m times.
/// Gains of the norms are applied to the states too. What adds the same to all scores of a state, the biases of keys and of
/// their norm, changes no association and is left out; biases of values are weighted by the row sums of the
/// association.
extension HopfieldAssociation {
  /// Whether that saves at least half of the work and the configuration allows it.
  func statesTakeProjections(states n: Int, stored m: Int) -> Bool {
    let c = configuration
    guard
      c.updates.limit == 0, c.extraCount == 0, c.headNorm == .none, c.projectsStored,
      c.values == .independent || c.values == .none
    else { return false }
    let (atStored, atState) = (c.storedSize + c.valueSize, c.headSize + c.headValueSize)
    let ofValues = c.values == .none ? 0 : c.headValueSize * c.valueSize
    let ofWeights = c.headCount * (c.headSize * c.storedSize + ofValues)
    let plain = m * ofWeights + n * m * c.headCount * atState
    let moved = n * ofWeights + n * m * c.headCount * atStored
    return 2 * moved < plain
  }

  func associateOnStateSide(
    _ patterns: HopfieldPatterns<Scalar>, mask: Tensor<Scalar>?, dropout random: RandomStream?
  ) -> AssociationResult<Scalar> {
    guard let key else { fatalError("stored patterns have no projection that states could take") }
    let (batch, states, stored) = patterns.sizes(configuration)
    let heads = configuration.headCount
    let keyRows = storedNorm.standardized(patterns.stored)
    let lifted = liftedQueries(patterns.states, key)
    let flat = lifted.reshaped([lifted.shape[0], heads * states, lifted.shape[3]])
    let scores = repeated(flat.matrixProduct(keyRows, otherTransposed: true), batch)
      .reshaped([batch, heads, states, stored])
    let weights = (mask.map { scores + $0 } ?? scores).softmax()
    let kept = weights.withDropout(configuration.dropout, random: random)
    var answers = mixedRows(kept, sharing: keyRows, of: patterns)
    if let value {
      answers = answers.matrixProduct(value.headWeights(heads), otherTransposed: true)
      if let bias = value.headBias(heads) {
        answers = answers + bias * kept.sum(axes: [3], keepingDimensions: true)
      }
    }
    let mixed = answers.permuted([0, 2, 1, 3]).reshaped([batch, states, configuration.valueWidth])
    let none = Tensor<Scalar>.zeros([batch, heads, states])
    return AssociationResult(
      output: finished(mixed), weights: weights, updateCounts: none,
      settled: configuration.updates.tolerance.map { _ in none })
  }

  /// β W_Kᵀ q times the gain of the stored patterns' norm, [batch or 1, heads, states, stored size].
  private func liftedQueries(
    _ states: Tensor<Scalar>, _ key: AssociationProjection<Scalar>
  ) -> Tensor<Scalar> {
    let (heads, size) = (configuration.headCount, configuration.headSize)
    let queries = (headQueries(states) * headScale).reshaped([states.shape[0], states.shape[1], heads, size])
    let lifted = queries.permuted([0, 2, 1, 3]).matrixProduct(key.headWeights(heads))
    return storedNorm.gain.map { lifted * $0 } ?? lifted
  }

  /// The normalised values mixed by `weights`, [batch, heads, states, value size].
  private func mixedRows(
    _ weights: Tensor<Scalar>, sharing keyRows: Tensor<Scalar>, of patterns: HopfieldPatterns<Scalar>
  ) -> Tensor<Scalar> {
    let (batch, heads, states, stored) = (
      weights.shape[0], weights.shape[1], weights.shape[2], weights.shape[3]
    )
    // The same patterns, normalised in the same way, are standardised once.
    let isShared = patterns.values == nil && storedNorm.isNormalized == valueNorm.isNormalized
    let rows = isShared ? keyRows : valueNorm.standardized(patterns.values ?? patterns.stored)
    let mixed = weights.reshaped([batch, heads * states, stored]).matrixProduct(rows)
      .reshaped([batch, heads, states, rows.shape[2]])
    guard let gain = valueNorm.gain, let bias = valueNorm.bias else { return mixed }
    let shape = [1, 1, 1, gain.count]
    let sums = weights.sum(axes: [3], keepingDimensions: true)
    return mixed * gain.reshaped(shape) + bias.reshaped(shape) * sums
  }

  private func repeated(_ x: Tensor<Scalar>, _ batch: Int) -> Tensor<Scalar> {
    x.repeated(to: [batch] + x.shape.dropFirst())
  }
}
