import Foundations
import Layers
import Tensors

/// The sizes of a ``GraphConvolutionNetwork``.
public struct GraphConvolutionConfiguration: Sendable, Equatable {
  /// Features of a node, F.
  public let inputSize: Int
  /// Units of every layer but the last, W.
  public let width: Int
  /// Classes, C: the units of the last layer.
  public let classCount: Int
  /// Layers, L.
  public let layerCount: Int
  /// The share of the inputs of every layer but the first that training leaves out.
  public let dropout: Double

  /// States the sizes, all at least 1; the dropout lies in 0 ..< 1.
  public init(inputSize: Int, width: Int, classCount: Int, layerCount: Int = 2, dropout: Double = 0) {
    requirePositive([
      "inputSize": inputSize, "width": width, "classCount": classCount, "layerCount": layerCount,
    ])
    requireDropout(dropout)
    (self.inputSize, self.width, self.classCount) = (inputSize, width, classCount)
    (self.layerCount, self.dropout) = (layerCount, dropout)
  }

  /// The number of learned numbers: F W + W + (L - 2) (W W + W) + W C + C, or F C + C for one layer.
  public var parameterCount: Int { PerceptronConfiguration.parameterCount(sizes) }

  /// The width whose parameter count comes closest to `count`; of two equally close ones the smaller.
  public static func width(
    forParameterCount count: Int, inputSize: Int, classCount: Int, layerCount: Int = 2
  ) -> Int {
    require(layerCount > 1, "a network of \(layerCount) layers has no width to choose")
    return closestSize(to: count) { width in
      GraphConvolutionConfiguration(
        inputSize: inputSize, width: width, classCount: classCount, layerCount: layerCount
      ).parameterCount
    }
  }

  /// The inputs of the first layer, then the outputs of each.
  var sizes: [Int] { [inputSize] + Array(repeating: width, count: layerCount - 1) + [classCount] }
}
