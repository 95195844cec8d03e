package import EnergyTransformer
package import Reporting

/// Completions of images under test as pages show them.
extension PreparedImages {
  /// The images whose completions are shown: evenly spaced, since images may be sorted by class.
  package var pictured: [Int] { (0..<test.count).evenlySpaced(10) }

  /// One image of pixels in 0 ... 1, [1, height, width, channels], as a picture.
  package func picture(_ pixels: Tensor<Float>) -> Picture { space.picture(pixels) }

  /// An image under test as it is, and with its hidden pixels grey.
  package func originalAndMasked(_ image: Int) -> (original: Tensor<Float>, masked: Tensor<Float>) {
    let truth = pixels(test, image..<image + 1)
    let hidden = hiddenPixels(image..<image + 1)
    return (truth, truth * (1 - hidden) + hidden * 0.5)
  }

  /// The section of a page with the pictured images: original, masked, and completed after some of the steps.
  ///
  /// - Parameter completed: [step][pictured image], pixels in 0 ... 1; the start first.
  package func completions(_ words: String, _ completed: [[Tensor<Float>]]) -> PageSection {
    let steps = shownSteps(last: completed.count - 1)
    var pictures = PictureGrid(ofCompletionsAfter: steps, height: grid.height)
    for (row, image) in pictured.enumerated() {
      let (original, masked) = originalAndMasked(image)
      pictures.addRow(([original, masked] + steps.map { completed[$0][row] }).map(picture))
    }
    var section = PageSection("Completions")
    section.addParagraph(words)
    section.addFigure(
      "completions.png", pictures, caption: "Original, masked, and the completion after some steps")
    return section
  }
}

/// The steps of a descent that pictures show, up to its last.
package func shownSteps(last: Int) -> [Int] { [0, 1, 2, 4, 8, 12, 24, 48].filter { $0 < last } + [last] }

extension PictureGrid {
  /// A grid without rows: original, masked, and the completion after each of some steps.
  ///
  /// - Parameter height: Of a picture; small ones are enlarged.
  package init(ofCompletionsAfter steps: [Int], height: Int) {
    self.init(columns: ["original", "masked"] + steps.map { "step \($0)" }, scale: height > 64 ? 1 : 3)
  }
}
