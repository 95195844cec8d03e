import Foundations
import Tensors

/// Which patches of a batch are hidden from the model and which ones its loss counts.
public struct PatchMask: Sendable, Equatable {
  /// Images, B.
  public let batchSize: Int
  /// Patches of an image, N.
  public let patchCount: Int
  /// Patches whose embedding gives way to the mask token, shape (B, N).
  public let replaced: [Bool]
  /// Patches that count in the loss, shape (B, N); includes all replaced ones.
  public let scored: [Bool]

  /// Wraps masks of shape (B, N).
  public init(batchSize: Int, patchCount: Int, replaced: [Bool], scored: [Bool]) {
    require(
      replaced.count == batchSize * patchCount && scored.count == batchSize * patchCount,
      "\(replaced.count) replaced and \(scored.count) scored flags for a mask of shape"
        + " \([batchSize, patchCount])")
    require(
      zip(replaced, scored).allSatisfy { !$0 || $1 }, "a replaced patch is not scored")
    self.batchSize = batchSize
    self.patchCount = patchCount
    self.replaced = replaced
    self.scored = scored
  }
}
