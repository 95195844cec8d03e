public import Layers
public import Tensors

/// Logistic regression on a node's own features: logits W x + b. The baseline that sees no neighbour.
///
/// - Cost: 2 nodes features classes operations; features * classes + classes parameters.
public struct LogisticRegression<Scalar: TensorScalar>: NodeClassifier {
  private var linear: Linear<Scalar>

  /// A model with random weights of variance 2 / (features + classes).
  public init(inputSize: Int, classCount: Int, random: RandomStream) {
    requirePositive(["inputSize": inputSize, "classCount": classCount])
    linear = Linear(inputs: inputSize, outputs: classCount, random: random)
  }

  public static func prepared(_ neighbours: CompressedSparseRows) -> NoGraph { NoGraph() }

  public func logits(_ features: Tensor<Scalar>, on graph: NoGraph, dropout: RandomStream?) -> Tensor<Scalar>
  {
    requireFeatures(features, inputSize: linear.inputSize)
    return linear(features)
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    linear.visitParameters(visit)
  }
}
