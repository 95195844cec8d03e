import Foundations
public import Tensors

/// The batches of a training run, each a function of its number alone.
///
/// `batch(ofUpdate:)` may be called from any thread and in any order, as a `Prefetcher` does:
/// `Prefetcher(from: firstUpdate) { batches.batch(ofUpdate: $0) }`.
public struct Batches: Sendable {
  /// The data set that batches are drawn from.
  public let dataset: ImageDataset
  /// The order that assigns images to updates.
  public let order: BatchOrder
  /// Changes made to training images; nil leaves them as they are.
  public let augmentation: Augmentation?
  private let augmenting: RandomStream
  private let epoch = LastEpoch()

  /// Shuffles anew every epoch.
  ///
  /// - Parameters:
  ///   - dataset: The images.
  ///   - batchSize: The number of images of a batch.
  ///   - dropsLast: Whether a last batch with fewer images is left out.
  ///   - augmentation: How images are changed at random; nil leaves them as they are.
  ///   - stream: Its children shuffle and augment; it is not advanced.
  public init(
    of dataset: ImageDataset, batchSize: Int, dropsLast: Bool = true, augmentation: Augmentation? = nil,
    random stream: RandomStream
  ) {
    self.dataset = dataset
    order = BatchOrder(
      imageCount: dataset.count, batchSize: batchSize, dropsLast: dropsLast, shuffledBy: stream.child(0))
    self.augmentation = augmentation
    augmenting = stream.child(1)
  }

  /// The batch of an update, counted from 0 over all epochs.
  public func batch(ofUpdate update: Int) -> ImageBatch {
    let batch = dataset.batch(at: indices(ofUpdate: update))
    guard let augmentation else { return batch }
    return augmentation.apply(to: batch, random: augmenting.child(UInt64(update)))
  }

  /// As the order says, but one shuffle serves all updates of an epoch that follow each other.
  private func indices(ofUpdate update: Int) -> [Int] {
    require(update >= 0, "update \(update), expected 0 or more")
    let number = update / order.batchesPerEpoch
    let indices = epoch.indices.withLock { last in
      if last.number != number { last = (number, order.indices(ofEpoch: number)) }
      return last.indices
    }
    return order.part(indices, ofUpdate: update)
  }
}

/// The order of the epoch that was asked for last.
private final class LastEpoch: Sendable {
  let indices = Guarded<(number: Int, indices: [Int])>((-1, []))
}
