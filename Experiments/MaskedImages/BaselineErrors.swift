import EnergyTransformer
import Kit

/// Errors of completions that need no trained network, on the same images and masks.
struct BaselineErrors {
  /// Mean squared error over hidden pixels by summary name.
  private(set) var errors: [String: Double] = [:]
  private(set) var seconds = 0.0

  init(_ images: PreparedImages) throws {
    let pixelCount = images.training.imageSize
    func flat(_ values: Tensor<Float>) -> Tensor<Float> {
      values.reshaped([values.shape[0], pixelCount])
    }
    seconds = try Stopwatch.seconds {
      let training = flat(images.pixels(images.training, 0..<images.training.count))
      let test = flat(images.pixels(images.test, 0..<images.test.count))
      let hidden = flat(images.hiddenPixels(0..<images.test.count))
      let (height, width) = (images.grid.height, images.grid.width)
      var completions: [(String, any ImageCompletion)] = [
        ("mean_image_mse", MeanImageCompletion(training: training)),
        ("harmonic_mse", HarmonicInpainting(height: height, width: width, channels: images.grid.channels)),
        ("nearest_image_mse", NearestImageCompletion(training: training)),
      ]
      // The covariance has pixels² numbers: 12,288 pixels make 1.8 GB with the copy in double precision.
      if pixelCount <= 12_288 { completions.append(("linear_mse", GaussianCompletion(training: training))) }
      for (name, completion) in completions {
        let completed = clampedToPixels(try completion.completed(test, hidden: hidden))
        let each = hiddenErrors(completed, test, hidden)
        errors[name] = each.reduce(0, +) / Double(each.count)
      }
    }
  }
}
