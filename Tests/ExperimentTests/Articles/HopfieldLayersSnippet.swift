import EnergyTransformer

/// Patterns recalled by the layer in the form of the theory, with how often each state was updated.
func recallByLayer() -> (answer: Tensor<Float>, stored: Tensor<Float>, updates: Tensor<Float>) {
  var random = RandomStream(seed: 6)
  let stored = Tensor<Float>.normal([1, 10, 32], using: &random)
  let states =
    stored.sliced(axis: 1, 0..<3) + Tensor<Float>.normal([1, 3, 32], standardDeviation: 0.3, using: &random)
  let layer = HopfieldAssociation<Float>(.retrieval(size: 32, beta: 4), random: RandomStream(seed: 7))
  let found = layer.associate(HopfieldPatterns(states: states, stored: stored))
  return (found.output, stored, found.updateCounts)
}

/// Bags of six patterns, each pooled to two learned questions' answers.
func poolBags() -> (pooled: Tensor<Float>, weights: Tensor<Float>) {
  var random = RandomStream(seed: 8)
  let bags = Tensor<Float>.normal([4, 6, 16], using: &random)
  let pooling = HopfieldPooling<Float>(
    .pooling(queries: 2, size: 16, headCount: 2), random: RandomStream(seed: 9))
  let pooled = pooling(bags)  // [4, 2 * 16]
  let weights = pooling.associate(bags).weights  // [4, heads, queries, 6]
  return (pooled, weights)
}
