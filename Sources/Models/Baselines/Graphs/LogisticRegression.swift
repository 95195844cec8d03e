public import Tensors

/// Logistic regression on a node's own features: logits W x + b. The baseline that sees no neighbour.
///
/// - Cost: 2 nodes features classes operations; features * classes + classes parameters.
public struct LogisticRegression<Scalar: TensorScalar>: NodeClassifier {
  private var linear: ConventionalLinear<Scalar>

  /// A model with random weights of variance 2 / (features + classes).
  public init(inputSize: Int, classCount: Int, random: RandomStream) {
    requirePositive(["inputSize": inputSize, "classCount": classCount])
    linear = ConventionalLinear(inputs: inputSize, outputs: classCount, random: random)
  }

  public static func prepared(_ neighbours: CompressedSparseRows) -> NoGraph { NoGraph() }

  public func logits(_ features: Tensor<Scalar>, on graph: NoGraph, dropout: RandomStream?) -> Tensor<Scalar>
  {
    requireFeatures(features, inputSize: linear.inputSize)
    return linear(features)
  }

  public mutating func visitParameters(_ visit: (_ name: String, _ value: inout Tensor<Scalar>) -> Void) {
    linear.visitParameters(visit)
  }
}
