import EnergyTransformer
import Foundation
import Reporting

/// Learns to complete the images at `data` (nil: the package's digits); returns the last loss.
func trainOnImages(_ data: String?, updates: Int, into folder: URL) throws -> Double {
  let images = try ImageSource.open(path: data)
  let (train, test) = (images.train, images.test)
  let grid = PatchGrid(height: train.height, width: train.width, channels: train.channels, patchSize: 4)
  let pixels = PixelNormalization(measuring: train)
  let masks = PatchMaskPolicy(patchCount: grid.patchCount, scoredCount: grid.patchCount / 2)
  func patches(_ batch: ImageBatch, _ random: RandomStream) -> (whole: Tensor<Float>, hidden: Tensor<Float>) {
    let mask = masks.mask(forImages: batch.indices, random: random)
    let values = Tensor(shape: batch.shape, elements: pixels.values(of: batch.pixels))
    let hidden = Tensor<Float>(
      shape: [batch.count, grid.patchCount], elements: mask.replaced.map { $0 ? 1 : 0 })
    return (grid.patches(of: values), hidden)
  }

  var random = RandomStream(seed: 1)
  var model = ImageEnergyTransformerConfiguration(
    block: .learning(dimension: 64, headCount: 4, keySize: 16, memoryCount: 256), grid: grid)
  model.encoderDeviation = 0.25
  let start = ImageEnergyTransformer<Float>(model, using: &random)
  var loop = TrainingLoop(
    model: start, optimizer: try GroupedOptimizer.energyTransformer(for: start),
    schedule: .warmUpThenCosine(peak: 1, warmUpUpdates: updates / 20, updateCount: updates), random: random)
  let batches = Batches(of: train, batchSize: 16, random: random.child(1))
  var losses: [Double] = []
  try loop.run(to: updates) { update, random in
    patches(batches.batch(ofUpdate: update), random.child(UInt64(update)))
  } loss: { model, batch, _ in
    let completed = model.completion(patches: batch.whole, masked: batch.hidden)
    return maskedMeanSquaredError(completed, batch.whole, mask: batch.hidden)
  } onUpdate: {
    losses.append($0.loss)
  }

  let sample = patches(test.batch(at: [0]), random)
  let completed = loop.model.completion(patches: sample.whole, masked: sample.hidden)
  let picture = PixelImage(
    width: grid.width, height: grid.height, channels: grid.channels,
    bytes: pixels.pixels(from: grid.images(of: completed).elements))
  try Data(picture.pngData()).write(to: folder.appending(path: "sample.png"))
  try LinePlot(
    title: "Training", xTitle: "update", yTitle: "loss",
    series: [.init(label: "loss", x: losses.indices.map(Double.init), y: losses)]
  ).write(to: folder.appending(path: "loss.svg").path)
  try SafetensorsFile.write(loop.model, to: folder.appending(path: "model.safetensors").path)
  return losses[losses.count - 1]
}
