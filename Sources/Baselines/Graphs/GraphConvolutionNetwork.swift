import Foundations
public import Layers
public import Tensors

/// A graph convolution network: x <- relu(A x Wᵀ + b) for each layer, the last without relu.
///
/// A = D^-1/2 (N + I) D^-1/2, where N counts the pairs of two nodes, I is the identity but 0 for a node that has a self
/// pair already, and D holds the row sums of N + I.
///
/// - Cost: forward, 2 (pairs + nodes) min(inputs, outputs) + 2 nodes inputs outputs operations per layer.
/// - Source: Kipf and Welling, ICLR 2017.
public struct GraphConvolutionNetwork<Scalar: TensorScalar>: NodeClassifier {
  /// The sizes.
  public let configuration: GraphConvolutionConfiguration
  private var layers: [Linear<Scalar>]

  /// A model with random weights of variance 2 / (inputs + outputs) and biases 0.
  public init(_ configuration: GraphConvolutionConfiguration, random: RandomStream) {
    self.configuration = configuration
    let sizes = configuration.sizes
    layers = (0..<configuration.layerCount).map { index in
      Linear(
        inputs: sizes[index], outputs: sizes[index + 1], random: random.child(UInt64(index)))
    }
  }

  /// The matrix A.
  public static func prepared(_ neighbours: CompressedSparseRows) -> SparseMatrix<Scalar> {
    let rows = neighbours.addingSelfPairs()
    let scales = (0..<rows.rowCount).map { row in
      1 / Double(rows.rowStarts[row + 1] - rows.rowStarts[row]).squareRoot()
    }
    let weights = zip(rows.rows, rows.columns).map { Scalar(scales[Int($0)] * scales[Int($1)]) }
    return SparseMatrix(SparsePattern(rows), weights: weights)
  }

  public func logits(
    _ features: Tensor<Scalar>, on graph: SparseMatrix<Scalar>, training dropout: RandomStream?
  ) -> Tensor<Scalar> {
    requireFeatures(
      features, inputSize: configuration.inputSize, nodeCount: graph.pattern.rowCount)
    var x = features
    for (index, layer) in layers.enumerated() {
      if index > 0 { x = x.relu().withDropout(configuration.dropout, random: dropout?.child(UInt64(index))) }
      // The same product either way: the sum over neighbours goes over the narrower side.
      x =
        layer.inputSize <= layer.outputSize
        ? layer(graph.product(x)) : layer.shifted(graph.product(layer.projected(x)))
    }
    return x
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("layers", &layers)
  }
}

/// The sizes of a ``GraphConvolutionNetwork``.
public struct GraphConvolutionConfiguration: Sendable, Equatable {
  /// F, the number of features of a node.
  public let inputSize: Int
  /// W, the size of every layer but the last.
  public let width: Int
  /// C, the number of classes: the size of the last layer.
  public let classCount: Int
  /// L, the number of layers.
  public let layerCount: Int
  /// The probability with which training leaves out an input of a layer, the first excepted.
  public let dropout: Double

  /// The sizes, all at least 1, and a dropout in 0 ..< 1.
  public init(inputSize: Int, width: Int, classCount: Int, layerCount: Int = 2, dropout: Double = 0) {
    requirePositive([
      "inputSize": inputSize, "width": width, "classCount": classCount, "layerCount": layerCount,
    ])
    requireDropout(dropout)
    (self.inputSize, self.width, self.classCount) = (inputSize, width, classCount)
    (self.layerCount, self.dropout) = (layerCount, dropout)
  }

  /// The number of parameters: F W + W + (L - 2) (W W + W) + W C + C, or F C + C for one layer.
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
