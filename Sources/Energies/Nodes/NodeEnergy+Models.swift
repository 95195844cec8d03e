public import Tensors

/// Models of the family by their names.
extension NodeEnergy {
  /// A mixture of Gaussians of one precision beta, descended in the data: tokens move to where the mixture is dense.
  ///
  ///     E = - 1/beta sum_B log sum_k exp(a_k - beta/2 |g_B - mu_k|²)
  ///
  /// - Parameters:
  ///   - means: mu as columns, [dimension, components].
  ///   - logPriors: a, [components]; all 0 when nil.
  ///   - beta: The inverse of the variance.
  public static func mixture(
    means: Tensor<Scalar>, logPriors: Tensor<Scalar>? = nil, beta: Scalar
  ) -> NodeEnergy {
    NodeEnergy(
      children: .tokens, parents: .learned(means), similarity: .squaredDistance,
      beta: Tensor(shape: [1], elements: [beta]), logPriors: logPriors)
  }

  /// Attention of the tokens to vectors that stay: E = - sum_h 1/beta_h sum_C log sum_B exp(beta_h Wk y_B · Wq g_C).
  ///
  /// - Parameters:
  ///   - context: y, [batch or 1, nodes, dimension of its own].
  ///   - queryWeights: Wq, [heads, key size, dimension].
  ///   - keyWeights: Wk, [heads, key size, dimension of the context].
  ///   - beta: The inverse temperature of each head, [heads]; 1 / sqrt(key size) when nil.
  public static func crossAttention(
    to context: Tensor<Scalar>, queryWeights: Tensor<Scalar>, keyWeights: Tensor<Scalar>,
    beta: Tensor<Scalar>? = nil
  ) -> NodeEnergy {
    NodeEnergy(
      children: .tokens, parents: .given(context), similarity: .product,
      beta: beta ?? defaultBeta(queryWeights), childWeights: queryWeights, parentWeights: keyWeights)
  }

  /// Slots that compete for inputs: each input is explained by one of the tokens.
  ///
  ///     E = - sum_h 1/beta_h sum_i log sum_s exp(beta_h (Wi y_i) · (Ws g_s))
  ///
  /// Its descent direction in a slot is the sum of its inputs weighted by a softmax over the slots.
  ///
  /// - Parameters:
  ///   - inputs: y, [batch or 1, inputs, dimension of their own].
  ///   - inputWeights: Wi, [heads, key size, dimension of the inputs].
  ///   - slotWeights: Ws, [heads, key size, dimension].
  ///   - beta: The inverse temperature of each head, [heads]; 1 / sqrt(key size) when nil.
  public static func slots(
    explaining inputs: Tensor<Scalar>, inputWeights: Tensor<Scalar>, slotWeights: Tensor<Scalar>,
    beta: Tensor<Scalar>? = nil
  ) -> NodeEnergy {
    NodeEnergy(
      children: .given(inputs), parents: .tokens, similarity: .product,
      beta: beta ?? defaultBeta(slotWeights), childWeights: inputWeights, parentWeights: slotWeights)
  }

  private static func defaultBeta(_ weights: Tensor<Scalar>) -> Tensor<Scalar> {
    Tensor(repeating: 1 / Scalar(weights.shape[1]).squareRoot(), shape: [weights.shape[0]])
  }
}
