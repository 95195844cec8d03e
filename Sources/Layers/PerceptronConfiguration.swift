import Foundations
import Tensors

/// The sizes of a ``Baselines/MultilayerPerceptron`` or a ``Baselines/NeighbourMeanPerceptron``.
public struct PerceptronConfiguration: Sendable, Equatable {
  /// The number of features of a node.
  public let inputSize: Int
  /// The size of each hidden layer; empty for a linear model.
  public let hiddenSizes: [Int]
  /// The number of classes.
  public let classCount: Int
  /// The probability with which training leaves out an output of a hidden layer.
  public let dropout: Double

  /// The sizes, all at least 1, and a dropout in 0 ..< 1.
  public init(inputSize: Int, hiddenSizes: [Int], classCount: Int, dropout: Double = 0) {
    requirePositive(["inputSize": inputSize, "hiddenSizes": hiddenSizes.min() ?? 1, "classCount": classCount])
    requireDropout(dropout)
    (self.inputSize, self.hiddenSizes, self.classCount) = (inputSize, hiddenSizes, classCount)
    self.dropout = dropout
  }

  /// The width of `layerCount` equal hidden layers with which a perceptron's parameter count comes closest to `count`.
  ///
  /// - Parameters:
  ///   - count: The number of parameters to come close to.
  ///   - inputs: The inputs of the first layer, if not the features: twice as many for a
  ///     ``Baselines/NeighbourMeanPerceptron``.
  ///   - layerCount: The number of hidden layers.
  ///   - classCount: The number of outputs of the last layer.
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

/// The size of at least 1 whose parameter count comes closest to `target`; of two equally close ones the smaller.
///
/// - Parameter parameterCount: The number of parameters of a size; rises with it.
package func closestSize(to target: Int, _ parameterCount: (Int) -> Int) -> Int {
  var upper = 1
  while parameterCount(upper) < target { upper *= 2 }
  var lower = upper / 2
  // The count of `lower` is below the target, or lower is 0; that of `upper` is not.
  while upper - lower > 1 {
    let middle = (lower + upper) / 2
    if parameterCount(middle) < target { lower = middle } else { upper = middle }
  }
  guard lower > 0 else { return upper }
  return target - parameterCount(lower) <= parameterCount(upper) - target ? lower : upper
}

/// Stops where a size of a model is not positive.
package func requirePositive(_ sizes: KeyValuePairs<String, Int>) {
  for (name, size) in sizes { require(size > 0, "\(name) must be at least 1, not \(size)") }
}

/// Stops where a share to leave out is not in [0, 1).
package func requireDropout(_ rate: Double) {
  require(rate >= 0 && rate < 1, "dropout \(rate), expected 0 ..< 1")
}
