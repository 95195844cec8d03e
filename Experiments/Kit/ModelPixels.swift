package import EnergyTransformer
package import Reporting

/// Images as a model of masked images reads them: cut into patches, in units of the training images' deviation.
package struct ModelPixels: Sendable {
  package let grid: PatchGrid
  package var normalization: PixelNormalization

  package init(grid: PatchGrid, normalization: PixelNormalization) {
    (self.grid, self.normalization) = (grid, normalization)
  }

  /// Normalised patches, [batch, patches, length], of images of pixels in 0 ... 1, [batch, height, width, channels].
  package func patches(of images: Tensor<Float>) -> Tensor<Float> {
    grid.patches(of: (images - mean) / deviation)
  }

  /// Patches in normalised units as pixels in 0 ... 1 without clamping, [batch, height, width, channels].
  package func pixels(of patches: Tensor<Float>) -> Tensor<Float> {
    pixels(ofPictures: grid.images(of: patches))
  }

  /// Pictures in normalised units as pixels in 0 ... 1 without clamping, [batch, height, width, channels].
  package func pixels(ofPictures pictures: Tensor<Float>) -> Tensor<Float> {
    pictures * deviation + mean
  }

  /// Hidden pixels, 1 where hidden, [batch, height, width, channels], of hidden patches, [batch, patches].
  package func pixels(hiddenBy patches: Tensor<Float>) -> Tensor<Float> {
    let column = patches.expanded(axis: 2)
    return grid.images(of: column.repeated(to: [patches.shape[0], grid.patchCount, grid.patchLength]))
  }

  /// One image of pixels in 0 ... 1, [1, height, width, channels], as a picture.
  package func picture(_ pixels: Tensor<Float>) -> Picture {
    Picture(width: grid.width, height: grid.height, channels: grid.channels, values: pixels.elements)
  }

  private var mean: Tensor<Float> {
    Tensor(shape: [1, 1, 1, grid.channels], elements: normalization.mean)
  }
  private var deviation: Tensor<Float> {
    Tensor(shape: [1, 1, 1, grid.channels], elements: normalization.standardDeviation)
  }
}

/// Values limited to 0 ... 1.
package func clampedToPixels(_ values: Tensor<Float>) -> Tensor<Float> {
  1 - (1 - values.atLeast(0)).atLeast(0)
}
