import Foundations
public import Tensors

/// Which images make up the batch of an update: every image once per epoch, in an order of each epoch's own.
///
/// The answer is a function of the stream and the number of the update alone, so a run that resumes at any
/// update sees the batches it would have seen.
public struct BatchOrder: Sendable, Equatable {
  /// The number of images in the data set.
  public let imageCount: Int
  /// The number of images in a batch; the last of an epoch has fewer unless it is dropped.
  public let batchSize: Int
  /// Whether images left over at the end of an epoch are skipped.
  public let dropsLast: Bool
  /// nil: the order of the data set, every epoch.
  private let shuffling: RandomStream?

  /// Orders `imageCount` images.
  ///
  /// - Parameters:
  ///   - imageCount: The number of images of the data set.
  ///   - batchSize: The number of images of a batch.
  ///   - dropsLast: Whether a last batch with fewer images is left out.
  ///   - stream: Shuffles each epoch differently; nil keeps the order of the data set.
  public init(imageCount: Int, batchSize: Int, dropsLast: Bool, shuffledBy stream: RandomStream?) {
    require(batchSize > 0, "batch size \(batchSize), expected 1 or more")
    require(imageCount > 0, "batches of \(imageCount) images, expected 1 or more")
    require(
      !dropsLast || batchSize <= imageCount,
      "batch size \(batchSize) with \(imageCount) images leaves no batch once incomplete ones are dropped")
    self.imageCount = imageCount
    self.batchSize = batchSize
    self.dropsLast = dropsLast
    shuffling = stream
  }

  /// The number of batches in one epoch.
  public var batchesPerEpoch: Int {
    dropsLast ? imageCount / batchSize : (imageCount + batchSize - 1) / batchSize
  }

  /// All images in the order of an epoch, counted from 0.
  public func indices(ofEpoch epoch: Int) -> [Int] {
    require(epoch >= 0, "epoch \(epoch), expected 0 or more")
    guard let shuffling else { return Array(0..<imageCount) }
    var stream = shuffling.child(UInt64(epoch))
    return stream.permutation(of: imageCount)
  }

  /// The images of an update, counted from 0 over all epochs.
  ///
  /// Cost: one shuffle of the whole data set a call.
  public func indices(ofUpdate update: Int) -> [Int] {
    require(update >= 0, "update \(update), expected 0 or more")
    return part(indices(ofEpoch: update / batchesPerEpoch), ofUpdate: update)
  }

  /// The images of an update, among those of its epoch in their order.
  func part(_ order: [Int], ofUpdate update: Int) -> [Int] {
    let start = update % batchesPerEpoch * batchSize
    return Array(order[start..<min(start + batchSize, imageCount)])
  }
}
