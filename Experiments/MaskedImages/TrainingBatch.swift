import EnergyTransformer
import MaskedImageData

/// The data of one update.
struct TrainingBatch: Sendable {
  /// Normalised patches, [batch, patches, length].
  let patches: Tensor<Float>
  /// 1 where the mask token stands in, [batch, patches].
  let replaced: Tensor<Float>
  /// 1 where the error counts fully, [batch, patches].
  let scored: Tensor<Float>

  /// The batch of an update: a function of seed and update alone.
  init(_ images: PreparedImages, _ batches: Batches, masks: RandomStream, update: Int) {
    let batch = batches.batch(ofUpdate: update)
    let mask = images.policy.mask(forImages: batch.indices, using: masks.child(UInt64(update)))
    let shape = [batch.count, images.grid.patchCount]
    patches = images.patches(batch)
    replaced = Tensor(shape: shape, elements: mask.replaced.map { $0 ? 1 : 0 })
    scored = Tensor(shape: shape, elements: mask.scored.map { $0 ? 1 : 0 })
  }

  /// Mean squared error of scored patches plus a share of that of the others, in normalised units.
  func loss(_ prediction: Tensor<Float>, visibleWeight: Float) -> Tensor<Float> {
    let error = maskedMeanSquaredError(prediction, patches, mask: scored)
    if visibleWeight == 0 { return error }
    return error + maskedMeanSquaredError(prediction, patches, mask: 1 - scored) * visibleWeight
  }
}
