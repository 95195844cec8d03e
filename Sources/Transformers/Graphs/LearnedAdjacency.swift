import Foundations
public import Tensors

/// Weights of pairs of nodes, computed by a learned map of a block's tokens and the graph's adjacency:
///
///     Ahat_h = Conv3x3_h(x xᵀ) (.) Dense_h(A)
///
/// x xᵀ is the matrix of inner products of a graph's tokens, seen as an image with one channel; the convolution has
/// one kernel per head, no bias, and zeros around the image; Dense_h is a factor. So the weight of a pair that is not
/// joined is exactly 0, and attention leaves it out.
///
/// The rows of the image are nodes in the order of the file: unlike the rest of the model, the result depends on that order.
///
/// - Source: Hoover et al. 2023, equation 25. The published code also mixes the scores of all heads by a learned matrix
///   before they are weighed; attention here is a sum over heads, each with scores of its own, so that is left out.
/// - Cost: 18 H operations and 9 + H numbers in memory per pair of nodes, joined or not.
public struct LearnedAdjacency<Scalar: TensorScalar>: Parameterized {
  /// The kernels, [9, heads]: rows of the 3 x 3 window one after the other.
  public var kernels: Tensor<Scalar>
  /// The factors of Dense_h, [heads].
  public var gains: Tensor<Scalar>

  /// Weights from kernels [9, heads] and factors [heads].
  public init(kernels: Tensor<Scalar>, gains: Tensor<Scalar>) {
    require(
      kernels.rank == 2 && kernels.shape[0] == 9 && gains.shape == [kernels.shape[1]],
      "kernels have shape [9, heads] and gains [heads], not \(kernels.shape) and \(gains.shape)")
    self.kernels = kernels
    self.gains = gains
  }

  /// Random kernels for tokens of `dimension` numbers around 1, and factors 1.
  public init(dimension: Int, headCount: Int, using random: inout RandomStream) {
    self.init(
      kernels: .normal([9, headCount], standardDeviation: 1 / (3 * Double(dimension)), using: &random),
      gains: .ones([headCount]))
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("kernels", &kernels)
    visit("gains", &gains)
  }

  /// The weights of all pairs, [graphs, heads, nodes, nodes].
  ///
  /// - Parameters:
  ///   - tokens: x, [graphs, nodes, dimension]; zeros for padding.
  ///   - adjacency: 1 for joined pairs and 0 for others, [graphs, 1, nodes, nodes].
  public func weights(of tokens: Tensor<Scalar>, adjacency: Tensor<Scalar>) -> Tensor<Scalar> {
    let (graphs, nodes) = (tokens.shape[0], tokens.shape[1])
    require(
      tokens.rank == 3 && adjacency.shape == [graphs, 1, nodes, nodes],
      "tokens of shape \(tokens.shape) and an adjacency of \(adjacency.shape)")
    let heads = gains.count
    let products = tokens.matrixProduct(tokens, otherTransposed: true)
    let framed = products.padded(axis: 1, before: 1, to: nodes + 2).padded(axis: 2, before: 1, to: nodes + 2)
    let windows = (0..<9).map { offset in
      framed.sliced(axis: 1, offset / 3..<offset / 3 + nodes)
        .sliced(axis: 2, offset % 3..<offset % 3 + nodes).reshaped([graphs, nodes, nodes, 1])
    }
    let convolved = Tensor.concatenated(windows, axis: 3).projected(by: kernels).permuted([0, 3, 1, 2])
    return convolved * (adjacency * gains.reshaped([1, heads, 1, 1]))
  }
}
