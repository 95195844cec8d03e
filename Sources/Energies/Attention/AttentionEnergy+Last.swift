import Foundations
package import Tensors

extension AttentionEnergy {
  /// The gradient of the last token's own energy, whose context is the keys of the tokens before it: one row of
  /// `energyAndGradient`, to rounding.
  ///
  /// - Parameters:
  ///   - g: The last token, [batch, 1, dimension].
  ///   - keys: The keys of the tokens before, [batch, tokens, heads * key size], or nil; the last token's key is added.
  /// - Returns: [batch, 1, dimension].
  package func gradient(ofLast g: Activations<Scalar>, after keys: inout Tensor<Scalar>?) -> Tensor<Scalar> {
    require(
      isCausal && holdsContext && bias == nil && g.values.shape[1] == 1,
      "the last token of causal attention without a bias, not activations of \(g.values.shape)")
    let (query, key) = (project(g, queryWeights), project(g, keyWeights))
    let seen = keys
    let all = keys.map { Tensor.concatenated([$0, key], axis: 1) } ?? key
    keys = all
    guard let visible = includesSelf ? all : seen else { return .zeros(g.values.shape) }
    let flat = [headCount * keySize, dimension]
    let unit = scoreUnit(of: beta)
    let share = (beta * unit).reshaped([1, headCount, 1, 1])
    let weights = (query.headScores(visible, headCount: headCount) * share).softmax(scale: 1 / unit)
    var gradient = -weights.headMixture(visible).projected(by: queryWeights.reshaped(flat))
    if includesSelf {
      let count = visible.shape[1]
      let own = weights.sliced(axis: 3, count - 1..<count)
      gradient = gradient - own.headMixture(query).projected(by: keyWeights.reshaped(flat))
    }
    return gradient
  }
}
