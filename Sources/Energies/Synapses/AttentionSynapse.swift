import Foundations
public import Tensors

/// Attention from the rows of one layer to those of another.
///
///     E = - sum_h 1/beta_h sum_C log sum_B exp(beta_h K_hB · Q_hC),   Q = Wq g1,  K = Wk g2
///
/// Between a layer and itself it is the attention energy of the Energy Transformer with every token seeing itself.
///
/// - Shape: layers [queries, dimension of the first] and [keys, dimension of the second]; Wq [heads, key size, dimension
///   of the first], Wk [heads, key size, dimension of the second].
/// - Source: Hoover et al. 2023, equation 3.
/// - Cost: 2 H Y (C D1 + B D2 + C B) operations an example.
public struct AttentionSynapse<Scalar: TensorScalar>: Synapse {
  /// Wq, [heads, key size, dimension of the first layer].
  public var queryWeights: Tensor<Scalar>
  /// Wk, [heads, key size, dimension of the second layer].
  public var keyWeights: Tensor<Scalar>
  /// The inverse temperature of each head, [heads].
  public let beta: Tensor<Scalar>

  /// Attention of given weights; beta is 1 / sqrt(key size) when nil.
  public init(queryWeights: Tensor<Scalar>, keyWeights: Tensor<Scalar>, beta: Tensor<Scalar>? = nil) {
    require(
      queryWeights.rank == 3 && keyWeights.rank == 3
        && queryWeights.shape.prefix(2) == keyWeights.shape.prefix(2),
      "Wq and Wk have shapes [heads, key size, dimension], not \(queryWeights.shape) and \(keyWeights.shape)")
    self.queryWeights = queryWeights
    self.keyWeights = keyWeights
    let heads = queryWeights.shape[0]
    self.beta = beta ?? Tensor(repeating: 1 / Scalar(queryWeights.shape[1]).squareRoot(), shape: [heads])
    require(
      self.beta.shape == [heads] && self.beta.elements.allSatisfy { $0 > 0 && $0.isFinite },
      "beta has a positive number for each of \(heads) heads, not \(self.beta.elements)")
  }

  public var layerCount: Int? { 2 }
  public var name: String { "attention" }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("queryWeights", &queryWeights)
    visit("keyWeights", &keyWeights)
  }

  public func energy(of layers: [Tensor<Scalar>]) -> Tensor<Scalar> {
    let heads = queryWeights.shape[0]
    let queries = projected(layers[0], queryWeights, "queries")
    let keys = projected(layers[1], keyWeights, "keys")
    let unit = scoreUnit(of: beta)
    let share = beta * unit
    let scores = queries.headScores(keys, headCount: heads) * share.reshaped([1, heads, 1, 1])
    return -(scores.logSumExp(scale: 1 / unit) / share.reshaped([1, heads, 1])).sum(axes: [1, 2])
  }

  private func projected(
    _ layer: Tensor<Scalar>, _ weights: Tensor<Scalar>, _ what: String
  ) -> Tensor<Scalar> {
    require(
      layer.rank == 3 && layer.shape[2] == weights.shape[2],
      "\(what) of weights \(weights.shape) come from a layer [batch, rows, \(weights.shape[2])], not \(layer.shape)"
    )
    return layer.projected(
      by: weights.reshaped([weights.shape[0] * weights.shape[1], weights.shape[2]]), transposed: true)
  }
}

/// Any energy of tokens as a synapse of a layer [tokens, dimension] with itself.
public struct TokenSynapse<Scalar: TensorScalar>: Synapse {
  /// The energy of the layer's rows.
  public var energy: any Energy<Scalar>

  /// An energy whose tokens are the rows of a layer.
  public init(_ energy: any Energy<Scalar>) { self.energy = energy }

  public var layerCount: Int? { 1 }
  public var name: String { energy.name }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    energy.visitParameters(visit)
  }

  public func energy(of layers: [Tensor<Scalar>]) -> Tensor<Scalar> {
    require(layers[0].rank == 3, "tokens are a layer [batch, tokens, dimension], not \(layers[0].shape)")
    return energy.energy(at: Activations(layers[0]))
  }
}
