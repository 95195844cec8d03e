import EnergyTransformer
import Kit

/// How many updates a training has, their rates and batches.
struct TrainingPlan {
  let images: PreparedImages
  let training: TrainingOptions
  let updatesPerEpoch: Int
  let updateCount: Int

  /// - Throws: `DataFileError` where a batch has more images than there are.
  init(images: PreparedImages, training: TrainingOptions, updateCount: Int? = nil) throws {
    guard training.batch <= images.training.count else {
      throw DataFileError(
        file: images.name,
        problem: "--batch \(training.batch) is larger than its \(images.training.count) training images")
    }
    (self.images, self.training) = (images, training)
    updatesPerEpoch = images.training.count / training.batch
    self.updateCount = updateCount ?? updatesPerEpoch * training.epochs
  }

  /// 5 % linear warm-up, then a cosine to 2 % of each group's peak.
  var rates: LearningRateSchedule {
    .warmUpThenCosine(
      peak: 1, warmUpUpdates: updateCount / 20, updateCount: updateCount, finalFraction: 0.02)
  }

  /// Runs a loop to its end; a model is given patches and where the mask token stands in and completes the patches.
  func trained<Model: Parameterized<Float>, Phase>(
    _ loop: inout TrainingLoop<Model, Phase>, files: TrainingFiles? = nil,
    completed: @escaping @Sendable (Model, Tensor<Float>, Tensor<Float>, Phase) throws -> Tensor<Float>
  ) throws -> TrainedModel<Model> {
    let root = RandomStream(seed: training.seed)
    let batches = Batches(
      of: images.training, batchSize: training.batch, augmentation: images.augmentation, random: root.child(1)
    )
    let (images, masks, visibleWeight) = (images, root.child(2), Float(training.visibleWeight))
    let prefetched = Prefetcher(from: loop.updateCount, to: updateCount, depth: 8) {
      TrainingBatch(images, batches, masks: masks, update: $0, visibleWeight: visibleWeight)
    }
    let seconds = try loop.run(
      to: updateCount, updatesPerEpoch: updatesPerEpoch, batches: prefetched, batchSize: training.batch,
      files: files
    ) { model, batch, examples, phase in
      let part = { (values: Tensor<Float>) in values.sliced(axis: 0, examples) }
      return weightedSquaredError(
        try completed(model, part(batch.patches), part(batch.replaced), phase), part(batch.patches),
        weights: part(batch.weights))
    }
    return (loop.model, seconds, loop.updateCount)
  }
}

/// A trained model, with the seconds and updates that it took in all.
typealias TrainedModel<Model> = (model: Model, seconds: Double, updates: Int)

/// The data of one update.
private struct TrainingBatch: Sendable {
  /// Normalised patches, [batch, patches, length].
  let patches: Tensor<Float>
  /// 1 where the mask token stands in, [batch, patches].
  let replaced: Tensor<Float>
  /// What a patch's squared errors weigh, [batch, patches]: all scored patches make 1, all others `visibleWeight`.
  let weights: Tensor<Float>

  /// The batch of an update: a function of seed and update alone.
  init(_ images: PreparedImages, _ batches: Batches, masks: RandomStream, update: Int, visibleWeight: Float) {
    let batch = batches.batch(ofUpdate: update)
    let mask = images.policy.mask(forImages: batch.indices, random: masks.child(UInt64(update)))
    let shape = [batch.count, images.grid.patchCount]
    patches = images.patches(batch)
    replaced = Tensor(shape: shape, elements: mask.replaced.map { $0 ? 1 : 0 })
    let scoredCount = mask.scored.count { $0 }
    let scoredWeight = 1 / Float(scoredCount * images.grid.patchLength)
    let otherWeight = 1 / Float((mask.scored.count - scoredCount) * images.grid.patchLength)
    weights = Tensor(
      shape: shape, elements: mask.scored.map { $0 ? scoredWeight : visibleWeight * otherWeight })
  }
}
