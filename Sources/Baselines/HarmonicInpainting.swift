import Foundations
public import Tensors

/// Fills holes with the smoothest surface through the visible pixels: the discrete Laplace equation.
///
/// Each hidden pixel is the mean of its 4 neighbours, the visible ones holding their values; a neighbour outside the
/// image is left out, which is a reflecting border. Channels do not influence each other. A channel without any
/// visible pixel has no boundary value and becomes 0.5 throughout.
///
/// - Cost: conjugate gradient in double precision for each channel, its iterations growing with the width of the
///   hole. Images run in parallel.
public struct HarmonicInpainting: ImageCompletion {
  /// The number of rows of an image.
  public let height: Int
  /// The number of columns of an image.
  public let width: Int
  /// The number of channels of a pixel, the last axis of an image.
  public let channels: Int
  /// The largest remaining difference between a hidden pixel and the mean of its neighbours.
  public let tolerance: Double

  /// Inpainting of images of this size; all numbers are positive.
  public init(height: Int, width: Int, channels: Int, tolerance: Double = 1e-8) {
    require(
      height > 0 && width > 0 && channels > 0 && tolerance > 0,
      "image of \(height)x\(width)x\(channels), tolerance \(tolerance): expected positive numbers")
    self.height = height
    self.width = width
    self.channels = channels
    self.tolerance = tolerance
  }

  public func completed(_ images: Tensor<Float>, hidden: Tensor<Float>) throws -> Tensor<Float> {
    let pixelCount = height * width * channels
    let masked = MaskedImages(images, hidden: hidden, pixelCount: pixelCount)
    let planes = masked.count * channels
    var residuals = [Double](repeating: 0, count: planes)
    let estimate = Tensor<Float>(shape: images.shape) { out in
      residuals.withUnsafeMutableBufferPointer { residuals in
        images.withElements { pixels in
          hidden.withElements { mask in
            Parallelism.forEach(planes) { plane in
              let start = plane / channels * pixelCount + plane % channels
              var problem = HarmonicPlane(height: height, width: width) { position in
                mask[start + position * channels] == 1 ? nil : Double(pixels[start + position * channels])
              }
              residuals[plane] = problem.solve(tolerance: tolerance)
              for position in 0..<height * width {
                out[start + position * channels] = Float(problem.value(position))
              }
            }
          }
        }
      }
    }
    if let failed = residuals.firstIndex(where: { !($0 <= tolerance) }) {
      throw CompletionNotConverged(
        description: "harmonic inpainting of image \(failed / channels), channel \(failed % channels): "
          + "residual \(residuals[failed]) after the last iteration, expected at most \(tolerance)")
    }
    return masked.merging(estimate)
  }
}
