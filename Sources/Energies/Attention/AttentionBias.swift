public import Tensors

/// A weighting of attention scores by pairs of tokens, such as a graph's adjacency.
///
/// Tensors have shape [batch or 1, heads or 1, queries, keys]; row i is token i as a query.
public enum AttentionBias<Scalar: TensorScalar>: Sendable {
  /// score + bias; -infinity removes a pair.
  case additive(Tensor<Scalar>)
  /// score * weight; a weight of exactly 0 removes the pair.
  ///
  /// - Source: papers on graphs, equation 25: the learned adjacency of the Energy Transformer.
  case multiplicative(Tensor<Scalar>)

  /// The tensor of the bias.
  public var values: Tensor<Scalar> {
    get {
      switch self {
      case .additive(let values), .multiplicative(let values): values
      }
    }
    set {
      switch self {
      case .additive: self = .additive(newValue)
      case .multiplicative: self = .multiplicative(newValue)
      }
    }
  }
}
