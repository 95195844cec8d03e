import EnergyTransformer
import Kit
import Reporting

/// The descents of some images, to step through: completion, energy of each patch, attention of each head, curves.
struct DescentViewer {
  let model: ImageEnergyTransformer<Float>
  let images: PreparedImages
  let settings: DescentSettings

  /// Attention of more images would make the page too large to open in a moment.
  private static let imageCount = 6

  func viewer() throws -> StepViewer {
    let chosen = Array(images.pictured.prefix(Self.imageCount))
    return try StepViewer(
      "The descent of single images", try chosen.map(frames), names: chosen.map { "\($0)" },
      itemName: "image")
  }

  private func frames(of image: Int) throws -> DescentFrames {
    let range = image..<image + 1
    let descent = try ImageDescent(
      of: images.pixels(images.test, range), hiding: images.replaced(range), by: model,
      normalization: images.normalization, settings: settings, name: "image \(image)")
    var frames = DescentFrames(of: [descent], picture: images.picture)
    frames.addPatchEnergies(of: [descent]) { energies in
      Picture(width: energies.shape[2], height: energies.shape[1], values: energies.elements)
    }
    frames.addAttention(of: descent)
    return frames
  }
}
