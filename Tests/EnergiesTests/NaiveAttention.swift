import Energies
import Tensors

/// The attention energy and its gradient in plain loops, as they are written on paper: no batch, no matrix
/// products.
struct NaiveAttention {
  let energy: AttentionEnergy<Double>
  let g: Activations<Double>

  private var tokens: Int { g.values.shape[1] }

  /// The sum over j of W[h, a, j] g[b, token, j].
  private func projected(_ weights: Tensor<Double>, _ example: Int, _ token: Int, _ head: Int, _ a: Int)
    -> Double
  {
    var sum = 0.0
    for j in 0..<energy.dimension { sum += weights[head, a, j] * g.values[example, token, j] }
    return sum
  }

  private func biasValue(_ values: Tensor<Double>, _ b: Int, _ h: Int, _ query: Int, _ key: Int) -> Double {
    values[values.shape[0] == 1 ? 0 : b, values.shape[1] == 1 ? 0 : h, query, key]
  }

  /// The factor and the term of the bias for a pair; nil where the query does not see the key.
  private func pair(_ b: Int, _ h: Int, _ query: Int, _ key: Int) -> (factor: Double, term: Double)? {
    if let mask = g.mask, !mask.isReal[b * tokens + query] || !mask.isReal[b * tokens + key] { return nil }
    if !energy.includesSelf && query == key { return nil }
    if energy.isCausal && key > query { return nil }
    switch energy.bias {
    case nil: return (1, 0)
    case .additive(let values):
      let term = biasValue(values, b, h, query, key)
      return term == -.infinity ? nil : (1, term)
    case .multiplicative(let values):
      let factor = biasValue(values, b, h, query, key)
      return factor == 0 ? nil : (factor, 0)
    }
  }

  /// The energy of an example and its gradient, [tokens][dimension].
  func result(_ b: Int) -> (energy: Double, gradient: [[Double]]) {
    var total = 0.0
    var gradient = [[Double]](repeating: [Double](repeating: 0, count: energy.dimension), count: tokens)
    for h in 0..<energy.headCount {
      let beta = energy.beta[h]
      let rows = { (weights: Tensor<Double>) in
        (0..<tokens).map { token in
          (0..<energy.keySize).map { projected(weights, b, token, h, $0) }
        }
      }
      let (queries, keys) = (rows(energy.queryWeights), rows(energy.keyWeights))
      for query in 0..<tokens {
        let seen = (0..<tokens).compactMap { key in pair(b, h, query, key).map { (key: key, bias: $0) } }
        if seen.isEmpty { continue }
        let scores = seen.map { entry in
          beta * entry.bias.factor * zip(queries[query], keys[entry.key]).map(*).reduce(0, +)
            + entry.bias.term
        }
        let exponentials = scores.map(Tensor<Double>.exponential)
        let sum = exponentials.reduce(0, +)
        total -= Tensor<Double>.logarithm(sum) / beta
        for (entry, exponential) in zip(seen, exponentials) {
          let weight = exponential / sum * entry.bias.factor
          for j in 0..<energy.dimension {
            for a in 0..<energy.keySize {
              gradient[query][j] -= weight * energy.queryWeights[h, a, j] * keys[entry.key][a]
              // Where contexts are held, a key is moved by its own query alone.
              if energy.holdsContext && entry.key != query { continue }
              gradient[entry.key][j] -= weight * energy.keyWeights[h, a, j] * queries[query][a]
            }
          }
        }
      }
    }
    return (total, gradient)
  }
}

extension Tensor<Double> {
  fileprivate static func exponential(_ x: Double) -> Double { Tensor(x).exponential().scalar }
  fileprivate static func logarithm(_ x: Double) -> Double { Tensor(x).logarithm().scalar }
}
