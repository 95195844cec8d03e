import Baselines
import EnergyTransformer
import Foundation
import Kit

/// What the model does to the images under test: error, energy by part and whether it fell, at every step.
struct Evaluation {
  /// Mean squared error over the hidden pixels of each image, clamped to 0 ... 1; [moment][image].
  private var each: [[Double]] = []
  /// The same without clamping, after the last step; [image].
  private var unclamped: [Double] = []
  private(set) var energies = BlockEnergies()
  /// Completions of some images at every moment: [moment][image], pixels in 0 ... 1.
  private(set) var pictures: [[Tensor<Float>]] = []
  private(set) var seconds = 0.0

  init(model: ImageEnergyTransformer<Float>, images: PreparedImages, settings: DescentSettings) throws {
    let started = Date()
    for range in images.testBatches(of: 200) {
      let patches = images.patches(images.test.batch(at: Array(range)))
      let results = model.trace(patches: patches, masked: images.replaced(range), settings: settings)
      for result in results { try result.checkFinite("evaluation of images \(range)") }
      energies.add(results)
      addErrors(model, images, range, results)
    }
    seconds = Date().timeIntervalSince(started)
  }

  /// Mean squared errors over hidden pixels of all images, by moment.
  var errors: [Double] { each.map { $0.reduce(0, +) / Double($0.count) } }
  /// That after the last step, and the same without clamping.
  var lastError: Double { errors[errors.count - 1] }
  var lastErrorUnclamped: Double { unclamped.reduce(0, +) / Double(unclamped.count) }

  private mutating func addErrors(
    _ model: ImageEnergyTransformer<Float>, _ images: PreparedImages, _ range: Range<Int>,
    _ results: [DescentResult<Float>]
  ) {
    let truth = images.pixels(images.test, range)
    let hidden = images.hiddenPixels(range)
    let completions = model.completions(along: results)
    for (moment, patches) in completions.enumerated() {
      let prediction = images.pixels(of: patches)
      let clamped = clampedToPixels(prediction)
      if each.count <= moment {
        each.append([])
        pictures.append([])
      }
      each[moment] += meanSquaredErrors(clamped, truth, mask: hidden)
      if moment == completions.count - 1 {
        unclamped += meanSquaredErrors(prediction, truth, mask: hidden)
      }
      let completed = truth * (1 - hidden) + clamped * hidden
      pictures[moment] += images.pictured.filter(range.contains).map { image in
        completed.sliced(axis: 0, image - range.lowerBound..<image - range.lowerBound + 1)
      }
    }
  }
}

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
        let each = meanSquaredErrors(completed, test, mask: hidden)
        errors[name] = each.reduce(0, +) / Double(each.count)
      }
    }
  }
}
