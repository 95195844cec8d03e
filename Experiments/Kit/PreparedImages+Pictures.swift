package import EnergyTransformer
package import Reporting

/// Completions of images under test as pages show them.
extension PreparedImages {
  /// The images whose completions are shown: evenly spaced, since images may be sorted by class.
  package var pictured: [Int] { (0..<test.count).evenlySpaced(10) }

  /// One image of pixels in 0 ... 1, [1, height, width, channels], as a picture.
  package func picture(_ pixels: Tensor<Float>) -> Picture {
    Picture(width: grid.width, height: grid.height, channels: grid.channels, values: pixels.elements)
  }

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
    let last = completed.count - 1
    let steps = [0, 1, 2, 4, 8, 12, 24, 48].filter { $0 < last } + [last]
    var pictures = PictureGrid(
      columns: ["original", "masked"] + steps.map { "step \($0)" }, scale: grid.height > 64 ? 1 : 3)
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
