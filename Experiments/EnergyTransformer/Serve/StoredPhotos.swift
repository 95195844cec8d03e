import EnergyTransformer
import Foundation
import Kit

/// The pictures that a memory recalls, in the page's words and as patterns.
struct StoredPhotos: Sendable {
  /// What they are called.
  let label: String
  let images: ImageDataset
  let patterns: ImagePatterns

  /// The side of a photo, once it is stored.
  private static let side = 64

  /// The pictures of a folder, or a hundred of the package's digits.
  ///
  /// - Throws: one line that names the folder or file and what is wrong with it.
  init(folder: String?) throws {
    if let folder {
      images = try PhotoFolder.read(
        URL(fileURLWithPath: folder), width: Self.side, height: Self.side, note: { print($0) })
      patterns = try ImagePatterns(distinct: images, from: folder, note: { print($0) })
      label = "\(images.count) photos of \(images.name)"
    } else {
      let digits = try EmbeddedDigits.train()
      images = digits.subset((0..<digits.count).evenlySpaced(100))
      patterns = ImagePatterns(images)
      label = "100 handwritten digits"
    }
  }

  /// Where a picture is erased: squares of this side, as masked patches are.
  var grid: PatchGrid {
    PatchGrid(height: images.height, width: images.width, channels: images.channels, patchSize: 4)
  }

  /// What a picture is called.
  func name(_ index: Int) -> String {
    let label = images.labels.map { images.classNames[$0[index]] } ?? "picture"
    return images.classNames.count == images.count ? label : "\(label), number \(index + 1)"
  }
}
