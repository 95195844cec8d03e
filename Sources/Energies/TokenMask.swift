import Foundations
public import Tensors

/// Which tokens of a batch are real; the others are padding.
///
/// Padding takes part in nothing: not as a key, not as a query, not in a memory energy, and it never moves.
public struct TokenMask: Sendable, Equatable {
  /// The number of examples.
  public let batch: Int
  /// The number of tokens of each example, padding included.
  public let tokenCount: Int
  /// Whether each token is real, example by example.
  public let isReal: [Bool]

  /// A mask from one flag for each token, example by example.
  public init(batch: Int, tokenCount: Int, isReal: [Bool]) {
    require(
      isReal.count == batch * tokenCount,
      "\(isReal.count) flags for \(batch) examples of \(tokenCount) tokens")
    self.batch = batch
    self.tokenCount = tokenCount
    self.isReal = isReal
  }

  /// A mask whose example i has its first `lengths[i]` tokens real.
  public init(lengths: [Int], tokenCount: Int) {
    self.init(
      batch: lengths.count, tokenCount: tokenCount,
      isReal: lengths.flatMap { length in (0..<tokenCount).map { $0 < length } })
  }

  /// 1 for real tokens and 0 for padding, of shape [batch, tokens].
  public func tensor<Scalar: TensorScalar>(_ type: Scalar.Type = Scalar.self) -> Tensor<Scalar> {
    Tensor(shape: [batch, tokenCount], elements: isReal.map { $0 ? 1 : 0 })
  }

  /// The mask of some of the examples.
  package func examples(_ range: Range<Int>) -> TokenMask {
    let flags = Array(isReal[range.lowerBound * tokenCount..<range.upperBound * tokenCount])
    return TokenMask(batch: range.count, tokenCount: tokenCount, isReal: flags)
  }
}

/// Checks that a mask fits values of shape [batch, tokens, dimension].
func checkMask(_ mask: TokenMask?, _ shape: [Int]) {
  require(shape.count == 3, "tokens have shape [batch, tokens, dimension], not \(shape)")
  if let mask {
    require(
      mask.batch == shape[0] && mask.tokenCount == shape[1],
      "a mask of [\(mask.batch), \(mask.tokenCount)] for tokens of shape \(shape)")
  }
}
