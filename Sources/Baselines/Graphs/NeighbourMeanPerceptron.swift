public import Layers
public import Tensors

/// A multilayer perceptron on a node's features followed by the mean of its neighbours': the least a model can know of
/// a graph.
///
/// The inputs of node r are [x_r, (sum over the pairs (r, c) of x_c) / pairs of r]. Own features and mean stand beside
/// each other, not mixed, so that a node unlike its neighbours can be told; the mean is over the neighbours as given,
/// without the node unless it has a self pair, repeated pairs counting as often; a node without neighbours has mean 0.
///
/// - Cost: 2 pairs features operations before the perceptron, whose first layer has 2 features inputs.
public struct NeighbourMeanPerceptron<Scalar: TensorScalar>: NodeClassifier {
  /// The sizes; `inputSize` is that of a node's own features.
  public let configuration: PerceptronConfiguration
  private var perceptron: Perceptron<Scalar>

  /// A model with random weights of variance 2 / (inputs + outputs) and biases 0.
  public init(_ configuration: PerceptronConfiguration, random: RandomStream) {
    self.configuration = configuration
    perceptron = Perceptron(configuration, inputs: 2 * configuration.inputSize, random: random)
  }

  /// The matrix that takes means over neighbours.
  public static func prepared(_ neighbours: CompressedSparseRows) -> SparseMatrix<Scalar> {
    .means(SparsePattern(neighbours))
  }

  public func logits(
    _ features: Tensor<Scalar>, on graph: SparseMatrix<Scalar>, training dropout: RandomStream?
  ) -> Tensor<Scalar> {
    requireFeatures(
      features, inputSize: configuration.inputSize, nodeCount: graph.pattern.rowCount)
    let inputs = Tensor.concatenated([features, graph.product(features)], axis: 1)
    return perceptron(inputs, dropout: dropout)
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    perceptron.visitParameters(visit)
  }
}

/// The distance of each node's features from the mean of its neighbours', from 0 where it has none: how unlike them it is,
/// a score of outliers that nothing is trained for. Features should be standardised, so that 0 is the mean of all nodes.
///
/// - Parameters:
///   - features: [nodes, features].
///   - neighbours: The neighbours of each node, by row.
public func neighbourDistances<Scalar: TensorScalar>(
  _ features: Tensor<Scalar>, neighbours: CompressedSparseRows
) -> [Double] {
  let means = SparseMatrix<Scalar>.means(SparsePattern(neighbours)).product(features)
  return (features - means).squared().sum(axes: [1]).elements.map { Double($0).squareRoot() }
}
