import Layers
import Tensors

/// The sizes of a ``GraphTransformer``.
public struct GraphTransformerConfiguration: Sendable, Equatable {
  /// Features of a node, F.
  public let inputSize: Int
  /// Numbers a node's state, D.
  public let dimension: Int
  /// Attention heads, H.
  public let headCount: Int
  /// Numbers a head's query, key or value, Y.
  public let keySize: Int
  /// Hidden units of the two-layer network, M.
  public let hiddenSize: Int
  /// Classes, C.
  public let classCount: Int
  /// Blocks with weights of their own, S.
  public let blockCount: Int
  /// How often each block is applied before the next.
  public let repeats: Int
  /// The share that training leaves out of what attention and network add to the state.
  public let dropout: Double

  /// States the sizes, all at least 1; the dropout lies in 0 ..< 1.
  public init(
    inputSize: Int, dimension: Int, headCount: Int, keySize: Int, hiddenSize: Int, classCount: Int,
    blockCount: Int = 1, repeats: Int = 1, dropout: Double = 0
  ) {
    requirePositive([
      "inputSize": inputSize, "dimension": dimension, "headCount": headCount, "keySize": keySize,
      "hiddenSize": hiddenSize, "classCount": classCount, "blockCount": blockCount, "repeats": repeats,
    ])
    requireDropout(dropout)
    (self.inputSize, self.dimension, self.headCount) = (inputSize, dimension, headCount)
    (self.keySize, self.hiddenSize, self.classCount) = (keySize, hiddenSize, classCount)
    (self.blockCount, self.repeats, self.dropout) = (blockCount, repeats, dropout)
  }

  /// The number of learned numbers; repeats share theirs. Encoder F D + D, each block 4 D + 4 D H Y + 2 D M + M + D,
  /// norm 2 D, decoder D C + C.
  public var parameterCount: Int {
    let attention = 4 * dimension * headCount * keySize
    let block = 4 * dimension + attention + 2 * dimension * hiddenSize + hiddenSize + dimension
    let ends = inputSize * dimension + dimension + dimension * classCount + classCount
    return ends + 2 * dimension + blockCount * block
  }

  /// The same sizes with the hidden units whose parameter count comes closest to `count`, at least 1; of two equally
  /// close ones the smaller.
  public func withHiddenSize(closestTo count: Int) -> GraphTransformerConfiguration {
    with(hiddenSize: closestSize(to: count) { with(hiddenSize: $0).parameterCount })
  }

  /// The state's size D for a parameter count, at keys of D / H numbers and M = 2 D: the multiple of the heads whose
  /// count comes closest; of two equally close ones the smaller.
  public static func width(
    forParameterCount count: Int, inputSize: Int, classCount: Int, headCount: Int, blockCount: Int = 1
  ) -> Int {
    requirePositive(["headCount": headCount])
    return headCount
      * closestSize(to: count) { keySize in
        let dimension = headCount * keySize
        return GraphTransformerConfiguration(
          inputSize: inputSize, dimension: dimension, headCount: headCount, keySize: keySize,
          hiddenSize: 2 * dimension, classCount: classCount, blockCount: blockCount
        ).parameterCount
      }
  }

  private func with(hiddenSize: Int) -> GraphTransformerConfiguration {
    GraphTransformerConfiguration(
      inputSize: inputSize, dimension: dimension, headCount: headCount, keySize: keySize,
      hiddenSize: hiddenSize, classCount: classCount, blockCount: blockCount, repeats: repeats,
      dropout: dropout)
  }
}
