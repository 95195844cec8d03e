package import EnergyTransformer
package import Reporting

/// What is shown of a model while it is trained: how it completes the images that its page will show.
extension PreparedImages {
  /// What a model makes of one image.
  package typealias Completions = (pixels: [Tensor<Float>], results: [DescentResult<Float>])

  private static let mostShown = 6
  private static let mostSteps = 25
  /// Values of all frames together; a page of more opens slowly.
  private static let mostValues = 1_000_000

  /// What the error of a look is.
  package var errorName: String {
    let part =
      isValidation ? "held-back training images" : "test images, shown only: nothing is chosen by them"
    return "Mean squared error of hidden pixels of \(pictured.count) \(part)"
  }

  /// Lets a model complete the pictured images one by one.
  ///
  /// - Parameter completions: The pixels at every step of an image under test, which may lie outside 0 ... 1,
  ///   [1, height, width, channels] each, the start first; with the descents of all blocks.
  /// - Returns: Their mean error after the last step, clamped to 0 ... 1, and the descents of the first ones.
  package func look(_ completions: (Int) throws -> Completions) throws -> (error: Double, viewer: StepViewer)
  {
    var shown: [(image: Int, frames: DescentFrames)] = []
    var total = 0.0
    for image in pictured {
      let found = try completions(image)
      for result in found.results { try result.checkFinite("the descent of image \(image)") }
      let frames = frames(image, found)
      total += frames.errors[frames.errors.count - 1]
      let values = min(found.pixels.count, Self.mostSteps) * grid.height * grid.width * grid.channels
      if shown.count < max(1, min(Self.mostShown, Self.mostValues / values)) {
        shown.append((image, frames))
      }
    }
    let last = shown[0].frames.steps.count - 1
    let steps = (0..<last).evenlySpaced(Self.mostSteps - 1) + [last]
    let part = isValidation ? "Held-back training" : "Test"
    let viewer = try StepViewer(
      "Completions now", shown.map { $0.frames.only(steps) }, names: shown.map { "\($0.image)" },
      itemName: "image",
      note: "\(part) images evenly spaced, not chosen. The slider moves along the steps of their descents.")
    return (total / Double(pictured.count), viewer)
  }

  private func frames(_ image: Int, _ found: Completions) -> DescentFrames {
    let truth = pixels(test, image..<image + 1)
    let hidden = hiddenPixels(image..<image + 1)
    let clamped = found.pixels.map(clampedToPixels)
    var energies = BlockEnergies()
    energies.add(found.results)
    return DescentFrames(
      original: picture(truth), masked: picture(originalAndMasked(image).masked),
      completions: clamped.map { picture(truth * (1 - hidden) + $0 * hidden) },
      errors: clamped.map { meanSquaredErrors($0, truth, mask: hidden)[0] }, energies: energies)
  }
}
