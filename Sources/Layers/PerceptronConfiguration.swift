import Tensors

/// The sizes of a ``MultilayerPerceptron`` or a ``NeighbourMeanPerceptron``.
public struct PerceptronConfiguration: Sendable, Equatable {
  /// Numbers that describe a node.
  public let inputSize: Int
  /// Units of each hidden layer; none for a linear model.
  public let hiddenSizes: [Int]
  /// Classes.
  public let classCount: Int
  /// The share of a hidden layer's outputs that training leaves out.
  public let dropout: Double

  /// States the sizes, all at least 1; the dropout lies in 0 ..< 1.
  public init(inputSize: Int, hiddenSizes: [Int], classCount: Int, dropout: Double = 0) {
    requirePositive(["inputSize": inputSize, "hiddenSizes": hiddenSizes.min() ?? 1, "classCount": classCount])
    requireDropout(dropout)
    (self.inputSize, self.hiddenSizes, self.classCount) = (inputSize, hiddenSizes, classCount)
    self.dropout = dropout
  }

  /// `layerCount` hidden layers of one width, chosen so that a perceptron's parameter count comes closest to `count`.
  ///
  /// - Parameter inputs: The inputs of the first layer, if not the features: twice as many for a
  ///   ``NeighbourMeanPerceptron``.
  public static func width(
    forParameterCount count: Int, inputs: Int, layerCount: Int, classCount: Int
  ) -> Int {
    requirePositive(["inputs": inputs, "layerCount": layerCount, "classCount": classCount])
    return closestSize(to: count) { width in
      parameterCount([inputs] + Array(repeating: width, count: layerCount) + [classCount])
    }
  }

  /// Weights and biases between layers of these sizes.
  package static func parameterCount(_ sizes: [Int]) -> Int {
    zip(sizes, sizes.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 + $1.1 }
  }
}
