import EnergyTransformer
import Kit

/// Trains a memory through its descents: hidden pixels are to come out as they were.
struct MemoryTraining {
  let images: PreparedImages
  let model: MemoryOptions
  let training: TrainingOptions
  let seed: UInt64
  let watching: WatchOptions

  /// - Parameter isResuming: Whether training continues from the checkpoint among the files.
  /// - Throws: `DataFileError` where a batch has more images than there are.
  func trained(_ files: TrainingFiles, isResuming: Bool) throws -> PictureMemory {
    guard training.batch <= images.training.count else {
      throw DataFileError(
        file: images.name,
        problem: "--batch \(training.batch) is larger than its \(images.training.count) training images")
    }
    let root = RandomStream(seed: seed)
    var start = root.child(0)
    let updatesPerEpoch = images.training.count / training.batch
    let total = updatesPerEpoch * training.epochs
    var files = files
    var loop = TrainingLoop(
      model: PictureMemory(model, grid: images.grid, using: &start),
      optimizer: AdamW<Float>(weightDecay: WeightDecay(training.weightDecay)),
      schedule: .warmUpThenCosine(
        peak: training.rate, warmUpUpdates: total / 20, updateCount: total, finalFraction: 0.02),
      random: root, curriculum: Curriculum(always: ()), gradientNormLimit: 1)
    if isResuming { try loop.resume(&files, of: total, butFor: ["test-images"]) }
    let batches = Batches(
      of: images.training, batchSize: training.batch, augmentation: images.augmentation, random: root.child(1)
    )
    let (images, masks, model) = (images, root.child(2), model)
    let prefetched = Prefetcher(from: loop.updateCount, to: total, depth: 8) { update -> MaskedPictures in
      let batch = batches.batch(ofUpdate: update)
      let mask = images.policy.mask(forImages: batch.indices, random: masks.child(UInt64(update)))
      let replaced = Tensor<Float>(
        shape: [batch.count, images.grid.patchCount], elements: mask.replaced.map { $0 ? 1 : 0 })
      return MaskedPictures(
        pictures: images.grid.images(of: images.patches(batch)), hidden: images.pixels(hiddenBy: replaced))
    }
    let count = training.batch
    _ = try loop.run(
      to: total, updatesPerEpoch: updatesPerEpoch, batches: prefetched, batchSize: count, files: files,
      live: view
    ) { memory, batch, examples, _ in
      let (pictures, hidden) = (
        batch.pictures.sliced(axis: 0, examples), batch.hidden.sliced(axis: 0, examples)
      )
      let result = memory.descended(pictures, hidden: hidden, model)
      try result.checkFinite("training")
      let errors = ((memory.pixels(result.tokens) - pictures).squared() * hidden).sum()
      return errors / (hidden.sum() * (Float(count) / Float(examples.count)))
    }
    return loop.model
  }

  /// What is shown of the memory while it is trained.
  private var view: LiveView<PictureMemory>? {
    let (images, model) = (images, model)
    return watching.view(errorName: images.errorName) { memory in
      try images.look { image in
        let pictures = images.grid.images(of: images.patches(images.test.batch(at: [image])))
        let result = memory.descended(
          pictures, hidden: images.hiddenPixels(image..<image + 1), model,
          recording: [.energies, .states(every: 1)])
        let pixels = result.trajectory.states.map {
          images.pixels(ofPictures: memory.pixels(Tokens($0.tokens)))
        }
        return (pixels, [result])
      }
    }
  }
}

/// The data of one update.
private struct MaskedPictures: Sendable {
  /// Normalised pixels, [batch, height, width, channels].
  let pictures: Tensor<Float>
  /// 1 where hidden, of the same shape.
  let hidden: Tensor<Float>
}
