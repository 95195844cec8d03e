import EnergyTransformer

/// What a step adds to the tokens on behalf of attention, -dE/dg, as its two terms.
func attentionUpdate(
  of attention: AttentionEnergy<Double>, at g: Activations<Double>
) -> (asQuery: Tensor<Double>, asKey: Tensor<Double>) {
  let heads = [attention.headCount * attention.keySize, attention.dimension]
  let (wq, wk) = (attention.queryWeights.reshaped(heads), attention.keyWeights.reshaped(heads))
  let queries = g.values.projected(by: wq, transposed: true)  // Q = Wq g, [batch, tokens, heads * key size]
  let keys = g.values.projected(by: wk, transposed: true)  // K = Wk g
  let weights = attention.attentionWeights(at: g)  // w, each row a softmax over the keys of a query

  let asQuery = weights.headMixture(keys).projected(by: wq)  // Wqᵀ Σ_B w_CB K_B: the keys are the values
  let asKey = weights.headMixture(queries, transposed: true).projected(by: wk)  // Wkᵀ Σ_C w_CB Q_C
  return (asQuery, asKey)
}
