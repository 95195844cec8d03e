public import Tensors

/// Fills the hidden pixels from the training image that is nearest on the visible pixels.
///
/// nearest = argmin over t of sum over visible p of (x_p - t_p)^2; of equally near images the first. An image that
/// is hidden altogether is as near to every training image, so it becomes the first one.
///
/// - Cost: 4 images * training * pixels operations, in two matrix products: with v the visibility,
///   sum v (x - t)^2 = sum v x^2 - 2 (v x)·t + v·t^2. Their rounding never decides: every image within the bound of
///   their error is measured again in double precision.
public struct NearestImageCompletion: ImageCompletion {
  /// The training images, [count, pixels].
  public let training: Tensor<Float>
  private let mean: Tensor<Float>

  /// - Shape: training [count, pixels].
  public init(training: Tensor<Float>) {
    mean = MeanImageCompletion(training: training).mean
    self.training = training
  }

  public func completed(_ images: Tensor<Float>, hidden: Tensor<Float>) -> Tensor<Float> {
    let masked = MaskedImages(images, hidden: hidden, pixelCount: training.shape[1])
    return masked.merging(training.gathered(nearest(masked), axis: 0))
  }

  /// The index of the nearest training image for each image.
  ///
  /// - Shape: images and hidden [count, pixels].
  public func nearestIndices(_ images: Tensor<Float>, hidden: Tensor<Float>) -> [Int] {
    nearest(MaskedImages(images, hidden: hidden, pixelCount: training.shape[1]))
  }

  private static let imageBlock = 512
  private static let trainingBlock = 2_048

  private func nearest(_ masked: MaskedImages) -> [Int] {
    stride(from: 0, to: masked.count, by: Self.imageBlock).flatMap { start in
      nearestInBlock(masked[start..<min(start + Self.imageBlock, masked.count)])
    }
  }

  private func nearestInBlock(_ masked: MaskedImages) -> [Int] {
    // Distances do not change when the mean is subtracted from both; the rounding of the products does.
    let queries = masked.visibleDifferences(from: mean)
    let visible = masked.visible
    let lengths = queries.squared().sum(axes: [1]).elements
    var shortlists = [Shortlist](repeating: Shortlist(), count: masked.count)
    for start in stride(from: 0, to: training.shape[0], by: Self.trainingBlock) {
      let range = start..<min(start + Self.trainingBlock, training.shape[0])
      let patterns = training.sliced(axis: 0, range) - mean
      let patternLengths = visible.matrixProduct(patterns.squared(), otherTransposed: true)
      let products = queries.matrixProduct(patterns, otherTransposed: true)
      shortlists.withUnsafeMutableBufferPointer { lists in
        patternLengths.withElements { lengthsOfPatterns in
          products.withElements { products in
            Parallelism.forEach(masked.count) { image in
              for column in 0..<range.count {
                let position = image * range.count + column
                let score = lengthsOfPatterns[position] - 2 * products[position]
                let error = rounding * (lengths[image] + lengthsOfPatterns[position])
                lists[image].offer(start + column, lowest: score - error, highest: score + error)
              }
            }
          }
        }
      }
    }
    return measured(shortlists, masked)
  }

  /// A bound of the rounding of a score, relative to |v x|^2 + |v t|^2.
  ///
  /// Each product sums `pixels` terms, and 2 |x·t| <= |x|^2 + |t|^2. The 8 more are the other operations.
  private var rounding: Float { Float(training.shape[1] + 8) * 2 * Float.ulpOfOne }

  private func measured(_ shortlists: [Shortlist], _ masked: MaskedImages) -> [Int] {
    let pixelCount = masked.pixelCount
    var result = [Int](repeating: 0, count: masked.count)
    result.withUnsafeMutableBufferPointer { result in
      masked.images.withElements { pixels in
        masked.hidden.withElements { hidden in
          training.withElements { training in
            Parallelism.forEach(masked.count) { image in
              var least = Double.infinity
              for candidate in shortlists[image].candidates {
                var distance = 0.0
                for pixel in 0..<pixelCount where hidden[image * pixelCount + pixel] == 0 {
                  let difference =
                    Double(pixels[image * pixelCount + pixel])
                    - Double(training[candidate * pixelCount + pixel])
                  distance += difference * difference
                }
                if distance < least { (least, result[image]) = (distance, candidate) }
              }
            }
          }
        }
      }
    }
    return result
  }
}

/// The images that may be nearest, as far as scores with a known error tell; in increasing order.
private struct Shortlist {
  private var entries: [(index: Int, lowest: Float)] = []
  private var bound = Float.infinity

  mutating func offer(_ index: Int, lowest: Float, highest: Float) {
    if lowest > bound { return }
    if highest < bound {
      bound = highest
      entries.removeAll { $0.lowest > highest }
    }
    entries.append((index, lowest))
  }

  var candidates: [Int] { entries.map(\.index) }
}
