import Foundations
public import Tensors

/// How many patches of an image are masked at random: of N, some are scored; most of these are replaced by the mask token.
///
/// The paper scores 100 of 196 patches: 90 of them are replaced, 10 keep their true embedding and are scored all
/// the same. Every set of patches of the stated size is equally likely.
/// Source: Hoover et al., "Energy Transformer", NeurIPS 2023, and its published code.
public struct PatchMaskPolicy: Sendable, Equatable {
  /// N, the number of patches of an image.
  public let patchCount: Int
  /// The number of patches of an image that count in the loss.
  public let scoredCount: Int
  /// The number of patches of an image that the mask token replaces, all of them scored.
  public let replacedCount: Int

  /// Scores `scoredCount` of `patchCount` patches and replaces the given part of them, rounded to the nearest
  /// whole number of patches.
  public init(patchCount: Int, scoredCount: Int, replacedFraction: Double = 0.9) {
    require(
      patchCount > 0 && (0...patchCount).contains(scoredCount),
      "\(scoredCount) scored patches of \(patchCount)")
    require(
      (0...1).contains(replacedFraction), "replaced fraction \(replacedFraction), expected 0 to 1")
    self.patchCount = patchCount
    self.scoredCount = scoredCount
    replacedCount = Int((Double(scoredCount) * replacedFraction).rounded())
  }

  /// Draws a mask for each image.
  ///
  /// The draw of an image depends on the stream and its number in the data set alone. With one and the same
  /// stream for a whole test set the masks are therefore fixed, whatever the batch size; in training, take
  /// `stream.child(update)`.
  ///
  /// - Parameters:
  ///   - indices: Numbers of the images in their data set, one per row of the mask.
  ///   - stream: Its children draw, one for each image; it is not advanced.
  public func mask(forImages indices: [Int], random stream: RandomStream) -> PatchMask {
    var replaced = [Bool](repeating: false, count: indices.count * patchCount)
    var scored = replaced
    for (row, index) in indices.enumerated() {
      var draws = stream.child(UInt64(index))
      let order = draws.permutation(of: patchCount)
      for (rank, patch) in order.prefix(scoredCount).enumerated() {
        scored[row * patchCount + patch] = true
        replaced[row * patchCount + patch] = rank < replacedCount
      }
    }
    return PatchMask(batchSize: indices.count, patchCount: patchCount, replaced: replaced, scored: scored)
  }
}

/// Which patches of a batch are hidden from the model and which ones its loss counts.
public struct PatchMask: Sendable, Equatable {
  /// B, the number of images.
  public let batchSize: Int
  /// N, the number of patches of an image.
  public let patchCount: Int
  /// The patches whose embedding the mask token replaces, shape (B, N).
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
