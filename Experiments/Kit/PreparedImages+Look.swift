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
    var shown: [WatchedDescent] = []
    var total = 0.0
    for image in pictured {
      let found = try completions(image)
      for result in found.results { try result.checkFinite("the descent of image \(image)") }
      let descent = WatchedDescent(image, found, self)
      total += descent.errors[descent.errors.count - 1]
      let frames = min(found.pixels.count, Self.mostSteps)
      let size = grid.height * grid.width * grid.channels
      if shown.count < max(1, min(Self.mostShown, Self.mostValues / (frames * size))) {
        shown.append(descent)
      }
    }
    return (total / Double(pictured.count), try viewer(shown))
  }

  private func viewer(_ descents: [WatchedDescent]) throws -> StepViewer {
    let last = descents[0].errors.count - 1
    let steps = (0..<last).evenlySpaced(Self.mostSteps - 1) + [last]
    func atSteps<Value>(_ values: [Value]) -> [Value] { steps.map { values[$0] } }
    let part = isValidation ? "Held-back training" : "Test"
    var viewer = StepViewer(
      "Completions now", items: descents.map { "\($0.image)" }, itemName: "image",
      steps: steps.map { "\($0)" },
      note: "\(part) images evenly spaced, not chosen. The slider moves along the steps of their descents.")
    try viewer.addPictures("Original", descents.map { [$0.original] })
    try viewer.addPictures("What the model sees", descents.map { [$0.masked] })
    try viewer.addPictures("Completion", descents.map { atSteps($0.completions) })
    try viewer.addLines(
      "Energy",
      descents[0].energies.indices.map { part in
        (descents[0].energies[part].name, descents.map { atSteps($0.energies[part].values) })
      })
    try viewer.addLines(
      "Mean squared error of hidden pixels", [("error", descents.map { atSteps($0.errors) })])
    return viewer
  }
}

/// What one image goes through, by step.
private struct WatchedDescent {
  let image: Int
  let original: Picture, masked: Picture
  let completions: [Picture]
  let errors: [Double]
  let energies: [(name: String, values: [Double])]

  init(_ image: Int, _ found: PreparedImages.Completions, _ images: PreparedImages) {
    let truth = images.pixels(images.test, image..<image + 1)
    let hidden = images.hiddenPixels(image..<image + 1)
    let clamped = found.pixels.map(clampedToPixels)
    self.image = image
    original = images.picture(truth)
    masked = images.picture(images.originalAndMasked(image).masked)
    completions = clamped.map { images.picture(truth * (1 - hidden) + $0 * hidden) }
    errors = clamped.map { meanSquaredErrors($0, truth, mask: hidden)[0] }
    if found.results.count == 1 {
      energies = found.results[0].trajectory.series.map { ($0.name, $0.byStep.map { $0[0] }) }
    } else {
      // Blocks have energies of their own: the sum jumps where one ends and the next begins.
      let values = found.results.enumerated().flatMap { block, result in
        result.trajectory.energies.dropFirst(block == 0 ? 0 : 1).map { Double($0.total.elements[0]) }
      }
      energies = [("total of the block", values)]
    }
  }
}
