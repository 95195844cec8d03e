package import EnergyTransformer

/// How many updates a training on masked images has, their rates and batches.
package struct ImageTrainingPlan {
  private let images: PreparedImages
  private let batchSize: Int
  private let seed: UInt64
  private let visibleWeight: Double
  package let updatesPerEpoch: Int
  package let updateCount: Int

  /// A training of so many updates, or epochs where their number is left out.
  ///
  /// - Parameters:
  ///   - seed: Of the first weights, the order of the images and their masks.
  ///   - visibleWeight: The weight of the error of visible patches in the loss.
  /// - Throws: `DataFileError` where a batch has more images than there are.
  package init(
    images: PreparedImages, batch: Int, epochs: Int, seed: UInt64, visibleWeight: Double,
    updateCount: Int? = nil
  ) throws {
    guard batch <= images.training.count else {
      throw DataFileError(
        file: images.name,
        problem: "--batch \(batch) is larger than its \(images.training.count) training images")
    }
    (self.images, batchSize, self.seed, self.visibleWeight) = (images, batch, seed, visibleWeight)
    updatesPerEpoch = images.training.count / batch
    self.updateCount = updateCount ?? updatesPerEpoch * epochs
  }

  /// 5 % linear warm-up, then a cosine to 2 % of each group's peak.
  package var rates: LearningRateSchedule {
    .warmUpThenCosine(
      peak: 1, warmUpUpdates: updateCount / 20, updateCount: updateCount, finalFraction: 0.02)
  }

  /// The training of an image Energy Transformer before its first update: Muon learns the matrices of the energies, AdamW
  /// everything else.
  ///
  /// - Parameters:
  ///   - model: The sizes of its blocks.
  ///   - weightDeviation: The deviation of the first queries, keys and memories.
  ///   - muonRate: The peak rate of Muon.
  ///   - rate: The peak rate of AdamW.
  package func loop<Phase>(
    of model: some BlockOptions, weightDeviation: Double, muonRate: Double, rate: Double, weightDecay: Double,
    curriculum: Curriculum<Phase>
  ) throws -> TrainingLoop<ImageEnergyTransformer<Float>, Phase> {
    let model = initialModel(model, weightDeviation: weightDeviation)
    let optimizer = try GroupedOptimizer.energyTransformer(
      for: model, matrixRate: muonRate, rate: rate, weightDecay: weightDecay)
    return TrainingLoop(
      model: model, optimizer: optimizer, schedule: rates, random: RandomStream(seed: seed),
      curriculum: curriculum, gradientNormLimit: 1)
  }

  private func initialModel(
    _ model: some BlockOptions, weightDeviation: Double
  ) -> ImageEnergyTransformer<Float> {
    var block = model.block
    block.attentionDeviation = weightDeviation
    block.memoryDeviation = weightDeviation
    var configuration = ImageEnergyTransformerConfiguration(block: block, grid: images.grid)
    configuration.blockCount = model.blocks
    configuration.encoderDeviation = 1 / Double(images.grid.patchLength).squareRoot()
    configuration.positions = .sineCosine(lowest: 0.2, highest: 2.5)
    var random = RandomStream(seed: seed).child(0)
    return ImageEnergyTransformer(configuration, using: &random)
  }

  /// Runs a loop to its end; a model is given patches and where the mask token stands in and completes the patches.
  package func trained<Model: Parameterized<Float>, Phase>(
    _ loop: inout TrainingLoop<Model, Phase>, files: TrainingFiles? = nil, live: LiveView<Model>? = nil,
    completed: @escaping @Sendable (Model, Tensor<Float>, Tensor<Float>, Phase) throws -> Tensor<Float>
  ) throws -> TrainedModel<Model> {
    let root = RandomStream(seed: seed)
    let batches = Batches(
      of: images.training, batchSize: batchSize, augmentation: images.augmentation, random: root.child(1)
    )
    let (images, masks, visibleWeight) = (images, root.child(2), Float(visibleWeight))
    let prefetched = Prefetcher(from: loop.updateCount, to: updateCount, depth: 8) {
      TrainingBatch(images, batches, masks: masks, update: $0, visibleWeight: visibleWeight)
    }
    let seconds = try loop.run(
      to: updateCount, updatesPerEpoch: updatesPerEpoch, batches: prefetched, batchSize: batchSize,
      files: files, live: live
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
package typealias TrainedModel<Model> = (model: Model, seconds: Double, updates: Int)

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
