import Foundations
public import Layers
public import Tensors

/// Tokens of nodes from their features, and where wanted from their positions: x = W features + b + P positions.
///
/// - Cost: 2 nodes (features + positions) dimension operations; (features + 1 + positions) dimension parameters.
public struct GraphEncoder<Scalar: TensorScalar>: Parameterized {
  /// W, [dimension, features], and b.
  public var features: Linear<Scalar>
  /// P, [dimension, positions], without a bias; nil where nodes have no positions.
  public var positions: Linear<Scalar>?

  /// An encoder with random weights of variance 1 / features and 1 / positions, which turn numbers of variance 1 into
  /// tokens of variance 1, and bias 0.
  public init(featureCount: Int, positionCount: Int = 0, dimension: Int, using random: inout RandomStream) {
    require(
      featureCount > 0 && positionCount >= 0 && dimension > 0,
      "an encoder of \(featureCount) features and \(positionCount) positions to \(dimension) numbers")
    func map(of inputs: Int, hasBias: Bool) -> Linear<Scalar> {
      Linear(
        inputs: inputs, outputs: dimension, hasBias: hasBias,
        drawnByInputWith: 1 / Double(inputs).squareRoot(), using: &random)
    }
    features = map(of: featureCount, hasBias: true)
    if positionCount > 0 { positions = map(of: positionCount, hasBias: false) }
  }

  /// The number of features of a node.
  public var featureCount: Int { features.inputSize }
  /// The size of a node's position; 0 where nodes have none.
  public var positionCount: Int { positions?.inputSize ?? 0 }
  /// D, the size of a token.
  public var dimension: Int { features.outputSize }

  /// The tokens of nodes.
  ///
  /// - Shape: features [nodes, features] and positions [nodes, positions] give [nodes, dimension].
  public func encoded(
    _ values: Tensor<Scalar>, positions vectors: Tensor<Scalar>? = nil
  ) -> Tensor<Scalar> {
    require(
      values.rank == 2 && values.shape[1] == featureCount,
      "features of shape \(values.shape), expected [nodes, \(featureCount)]")
    let encoded = features(values)
    guard let positions else { return encoded }
    guard let vectors else { fatalError("an encoder of \(positionCount) positions was given none") }
    require(
      vectors.shape == [values.shape[0], positionCount],
      "positions of shape \(vectors.shape), expected [\(values.shape[0]), \(positionCount)]")
    return encoded + positions(vectors)
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("features", &features)
    visit("positions", &positions)
    visit.renamed("features.weight", from: "weights")
    visit.renamed("features.bias", from: "bias")
    visit.renamed("positions.weight", from: "positionWeights")
  }
}
