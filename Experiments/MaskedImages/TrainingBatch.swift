import EnergyTransformer
import Kit

/// The data of one update.
struct TrainingBatch: Sendable {
  /// Normalised patches, [batch, patches, length].
  let patches: Tensor<Float>
  /// 1 where the mask token stands in, [batch, patches].
  let replaced: Tensor<Float>
  /// 1 where the error counts fully, [batch, patches].
  let scored: Tensor<Float>
  /// 1 / the number of scored pixels, and of the others.
  private let scoredWeight: Float, otherWeight: Float

  /// The batch of an update: a function of seed and update alone.
  init(_ images: PreparedImages, _ batches: Batches, masks: RandomStream, update: Int) {
    let batch = batches.batch(ofUpdate: update)
    let mask = images.policy.mask(forImages: batch.indices, using: masks.child(UInt64(update)))
    let shape = [batch.count, images.grid.patchCount]
    patches = images.patches(batch)
    replaced = Tensor(shape: shape, elements: mask.replaced.map { $0 ? 1 : 0 })
    scored = Tensor(shape: shape, elements: mask.scored.map { $0 ? 1 : 0 })
    let scoredCount = mask.scored.count { $0 }
    scoredWeight = 1 / Float(scoredCount * images.grid.patchLength)
    otherWeight = 1 / Float((mask.scored.count - scoredCount) * images.grid.patchLength)
  }

  /// The number of images.
  var count: Int { patches.shape[0] }

  /// The share of some images in the mean squared error of scored patches plus `visibleWeight` times that of the
  /// others, in normalised units. Both means are over the whole batch.
  func loss(_ prediction: Tensor<Float>, of range: Range<Int>, visibleWeight: Float) -> Tensor<Float> {
    let scored = scored.sliced(axis: 0, range)
    let weights = scored * scoredWeight + (1 - scored) * (visibleWeight * otherWeight)
    return weightedSquaredError(prediction, patches.sliced(axis: 0, range), weights: weights)
  }
}
