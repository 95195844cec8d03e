import EnergyTransformer
import Foundation
import Kit
import Reporting

/// Images to be stored and completed.
struct ImageSet {
  /// What stands in names of results and files.
  let key: String
  let label: String
  let patterns: ImagePatterns
  /// How many are stored, one after the other.
  let counts: [Int]

  /// A state as a picture; signs as black and white.
  func picture(_ row: Tensor<Float>, isBinary: Bool) -> Picture {
    let image = patterns.image(of: row)
    return isBinary
      ? Picture(
        width: image.width, height: image.height, channels: image.channels,
        values: row.elements.map { ($0 + 1) / 2 })
      : Picture(image)
  }
}

/// The digits of the package, and photos where they are asked for.
struct StoredImages {
  let digits: ImageSet
  let photos: ImageSet?
  /// What identifies the images in the record of a run.
  let fingerprints: [DataFingerprint]

  /// - Throws: one line that names the folder or file and what is wrong with it.
  init(photos path: String?, side: Int, quick: Bool) throws {
    let all = try EmbeddedDigits.train()
    digits = ImageSet(
      key: "digits", label: "handwritten digits",
      patterns: ImagePatterns(all.subset((0..<all.count).evenlySpaced(quick ? 100 : 1_000))),
      counts: quick ? [10, 100] : [10, 30, 100, 300, 1_000])
    var prints = try DataFingerprint.embeddedDigits()
    photos = try path.map { path in
      let found = try PhotoFolder.read(
        URL(fileURLWithPath: path), width: side, height: side, note: { remark($0) })
      let patterns = try ImagePatterns(distinct: found, from: path, note: { remark($0) })
      prints.append(
        DataFingerprint(name: "decoded photos", path: path, count: found.count, hashing: found.pixels))
      return ImageSet(key: "photos", label: "photos", patterns: patterns, counts: [found.count])
    }
    fingerprints = prints
  }
}
