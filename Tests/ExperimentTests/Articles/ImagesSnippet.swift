import EnergyTransformer

/// The error of a model's completions of some digits, and its model: untrained here.
func completeDigits(count: Int) throws -> (model: ImageEnergyTransformer<Float>, error: Float) {
  let digits = try EmbeddedDigits.test()
  let normalization = PixelNormalization(measuring: try EmbeddedDigits.train())
  let batch = digits.batch(at: Array(0..<count))
  let pixels = Tensor<Float>(shape: batch.shape, elements: normalization.values(of: batch.pixels))

  let grid = PatchGrid(height: 28, width: 28, channels: 1, patchSize: 4)  // 49 patches of 16 pixels
  let block = EnergyTransformerConfiguration.learning(
    dimension: 64, headCount: 4, keySize: 16, memoryCount: 256)
  var random = RandomStream(seed: 1)
  let model = ImageEnergyTransformer<Float>(.init(block: block, grid: grid), using: &random)

  let policy = PatchMaskPolicy(patchCount: grid.patchCount, scoredCount: 24, replacedFraction: 1)
  let mask = policy.mask(forImages: batch.indices, random: RandomStream(seed: 2))
  let hidden = Tensor<Float>(shape: [count, grid.patchCount], elements: mask.replaced.map { $0 ? 1 : 0 })
  let patches = grid.patches(of: pixels)
  let completed = model.completion(patches: patches, masked: hidden)  // 12 steps of 0.1
  return (model, maskedMeanSquaredError(completed, patches, mask: hidden).scalar)
}
