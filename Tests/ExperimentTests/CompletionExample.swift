import EnergyTransformer
import Foundation

/// Completes the lower half of a picture by a published checkpoint.
func complete(_ picture: URL, by checkpoint: String, to output: URL) throws {
  let published = try PublishedImageModel<Float>(contentsOf: checkpoint, decoding: .asTrained)
  let grid = published.model.grid
  let image = try PixelImage.decode([UInt8](Data(contentsOf: picture)), name: picture.path)
    .fitted(width: grid.width, height: grid.height)
  let levels = Tensor<Float>(
    shape: [1, grid.height, grid.width, 3], elements: image.bytes.map { Float($0) / 255 })
  let hidden = Tensor<Float>(
    shape: [1, grid.patchCount], elements: (0..<grid.patchCount).map { 2 * $0 < grid.patchCount ? 0 : 1 })

  let completed = published.completed(levels, masked: hidden)
  let bytes = completed.elements.map { UInt8(($0 * 255).rounded()) }
  let result = PixelImage(width: grid.width, height: grid.height, channels: 3, bytes: bytes)
  try Data(result.pngData()).write(to: output)
}
