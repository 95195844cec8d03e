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

  public func logits(_ features: Tensor<Scalar>, on graph: NoGraph, dropout: RandomStream?) -> Tensor<Scalar>
  {
    requireFeatures(features, inputSize: configuration.inputSize)
    return perceptron(features, dropout: dropout)
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    perceptron.visitParameters(visit)
  }
}
