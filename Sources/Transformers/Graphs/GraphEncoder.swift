import Foundations
public import Tensors

/// Tokens of nodes from their features, and where wanted from their positions: x = features W + b + positions P.
///
/// - Cost: 2 nodes (features + positions) dimension operations; (features + 1 + positions) dimension parameters.
public struct GraphEncoder<Scalar: TensorScalar>: Parameterized {
  /// W, [features, dimension].
  public var weights: Tensor<Scalar>
  /// b, [dimension].
  public var bias: Tensor<Scalar>
  /// P, [positions, dimension]; nil where nodes have no positions.
  public var positionWeights: Tensor<Scalar>?

  /// An encoder with random weights of variance 1 / features and 1 / positions, which turn numbers of variance 1 into
  /// tokens of variance 1, and bias 0.
  public init(featureCount: Int, positionCount: Int = 0, dimension: Int, using random: inout RandomStream) {
    require(
      featureCount > 0 && positionCount >= 0 && dimension > 0,
      "an encoder of \(featureCount) features and \(positionCount) positions to \(dimension) numbers")
    func matrix(_ rows: Int) -> Tensor<Scalar> {
      .normal([rows, dimension], standardDeviation: 1 / Double(rows).squareRoot(), using: &random)
    }
    weights = matrix(featureCount)
    bias = .zeros([dimension])
    if positionCount > 0 { positionWeights = matrix(positionCount) }
  }

  /// Features of a node.
  public var featureCount: Int { weights.shape[0] }
  /// Numbers of a node's position; 0 where nodes have none.
  public var positionCount: Int { positionWeights?.shape[0] ?? 0 }
  /// Numbers of a token.
  public var dimension: Int { weights.shape[1] }

  /// The tokens of nodes.
  ///
  /// - Shape: features [nodes, features] and positions [nodes, positions] give [nodes, dimension].
  public func encoded(_ features: Tensor<Scalar>, positions: Tensor<Scalar>? = nil) -> Tensor<Scalar> {
    require(
      features.rank == 2 && features.shape[1] == featureCount,
      "features of shape \(features.shape), expected [nodes, \(featureCount)]")
    let encoded = features.projected(by: weights) + bias
    guard let positionWeights else { return encoded }
    guard let positions else { fatalError("an encoder of \(positionCount) positions was given none") }
    require(
      positions.shape == [features.shape[0], positionCount],
      "positions of shape \(positions.shape), expected [\(features.shape[0]), \(positionCount)]")
    return encoded + positions.projected(by: positionWeights)
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("weights", &weights)
    visit("bias", &bias)
    visit("positionWeights", &positionWeights)
  }
}
