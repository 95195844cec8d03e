public import Layers
public import Tensors

/// A multilayer perceptron on a node's own features: linear layers with relu and dropout between them.
///
/// - Cost: 2 nodes weights operations.
public struct MultilayerPerceptron<Scalar: TensorScalar>: NodeClassifier {
  /// The sizes.
  public let configuration: PerceptronConfiguration
  private var perceptron: Perceptron<Scalar>

  /// A model with random weights of variance 2 / (inputs + outputs) and biases 0.
  public init(_ configuration: PerceptronConfiguration, random: RandomStream) {
    self.configuration = configuration
    perceptron = Perceptron(configuration, inputs: configuration.inputSize, random: random)
  }

  public static func prepared(_ neighbours: CompressedSparseRows) -> NoGraph { NoGraph() }

  public func logits(_ features: Tensor<Scalar>, on graph: NoGraph, training dropout: RandomStream?)
    -> Tensor<Scalar>
  {
    requireFeatures(features, inputSize: configuration.inputSize)
    return perceptron(features, dropout: dropout)
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    perceptron.visitParameters(visit)
  }
}

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

  public func logits(_ features: Tensor<Scalar>, on graph: NoGraph, training dropout: RandomStream?)
    -> Tensor<Scalar>
  {
    requireFeatures(features, inputSize: linear.inputSize)
    return linear(features)
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    linear.visitParameters(visit)
  }
}
