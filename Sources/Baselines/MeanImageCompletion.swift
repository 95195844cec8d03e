import Foundations
public import Tensors

/// Fills every hidden pixel with the mean of that pixel over the training images.
///
/// x_h = mu_h: the best guess in squared error that uses no visible pixel.
///
/// - Cost: one sweep over the training images, then one over the images.
public struct MeanImageCompletion: ImageCompletion {
  /// The mean image, [1, pixels].
  public let mean: Tensor<Float>

  /// - Shape: training [count, pixels].
  public init(training: Tensor<Float>) {
    require(
      training.rank == 2 && training.shape[0] > 0,
      "training images \(training.shape): expected [count, pixels]")
    let (count, pixelCount) = (training.shape[0], training.shape[1])
    mean = Tensor(shape: [1, pixelCount]) { out in
      training.withElements { pixels in
        Parallelism.forRanges(pixelCount, grain: 64) { range in
          // In double precision: a sum of 50,000 floats would lose its last digits.
          var sums = [Double](repeating: 0, count: range.count)
          for image in 0..<count {
            let start = image * pixelCount + range.lowerBound
            for offset in sums.indices { sums[offset] += Double(pixels[start + offset]) }
          }
          for offset in sums.indices { out[range.lowerBound + offset] = Float(sums[offset] / Double(count)) }
        }
      }
    }
    require(mean.isFinite, "training images hold a value that is not a finite number")
  }

  public func completed(_ images: Tensor<Float>, hidden: Tensor<Float>) -> Tensor<Float> {
    let masked = MaskedImages(images, hidden: hidden, pixelCount: mean.shape[1])
    return masked.merging(mean.repeated(to: images.shape))
  }
}
