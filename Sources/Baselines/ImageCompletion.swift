import Foundations
public import Tensors

/// A way to fill in the hidden pixels of images.
///
/// Pixels are numbers from 0 to 1, an image being one row of height * width * channels of them. Where the mask is 1
/// the pixel is hidden: its value is never read. Results are not clamped to 0...1.
public protocol ImageCompletion: Sendable {
  /// The images with their hidden pixels filled in and their visible pixels unchanged.
  ///
  /// - Shape: images and hidden [count, pixels] give [count, pixels].
  /// - Throws: ``CompletionNotConverged`` from the completions that solve their equations by iteration.
  func completed(_ images: Tensor<Float>, hidden: Tensor<Float>) throws -> Tensor<Float>
}

/// An iterative completion that ran out of iterations before it reached its tolerance.
public struct CompletionNotConverged: Error, CustomStringConvertible {
  /// One line: which completion, and how far from its tolerance it stopped.
  public let description: String
}

/// Images together with the pixels of them that must not be looked at.
struct MaskedImages {
  let images: Tensor<Float>
  let hidden: Tensor<Float>

  init(_ images: Tensor<Float>, hidden: Tensor<Float>, pixelCount: Int) {
    require(
      images.rank == 2 && images.shape == hidden.shape && images.shape[1] == pixelCount,
      "images \(images.shape) and mask \(hidden.shape): expected two of shape [count, \(pixelCount)]")
    self.images = images
    self.hidden = hidden
    images.withElements { pixels in
      hidden.withElements { mask in
        for index in pixels.indices {
          require(mask[index] == 0 || mask[index] == 1, "mask value \(mask[index]): expected 0 or 1")
          require(
            mask[index] == 1 || pixels[index].isFinite,
            "visible pixel \(index % pixelCount) of image \(index / pixelCount) is \(pixels[index])")
        }
      }
    }
  }

  var count: Int { images.shape[0] }
  var pixelCount: Int { images.shape[1] }

  /// 1 where a pixel is visible.
  var visible: Tensor<Float> { 1 - hidden }

  /// The images of a range.
  subscript(range: Range<Int>) -> MaskedImages {
    MaskedImages(
      images.sliced(axis: 0, range), hidden: hidden.sliced(axis: 0, range), pixelCount: pixelCount)
  }

  /// The visible pixels minus those of a reference image, and 0 at the hidden ones.
  ///
  /// - Shape: reference [1, pixels] gives [count, pixels].
  func visibleDifferences(from reference: Tensor<Float>) -> Tensor<Float> {
    merging(reference.repeated(to: images.shape)) - reference
  }

  /// The images with their hidden pixels taken from `estimate`, of the same shape.
  func merging(_ estimate: Tensor<Float>) -> Tensor<Float> {
    require(estimate.shape == images.shape, "estimate \(estimate.shape) for images \(images.shape)")
    return Tensor(shape: images.shape) { out in
      images.withElements { pixels in
        hidden.withElements { mask in
          estimate.withElements { values in
            // Chosen, not blended: 0 times a hidden value that is not a number would not be 0.
            for index in pixels.indices { out[index] = mask[index] == 0 ? pixels[index] : values[index] }
          }
        }
      }
    }
  }
}

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
