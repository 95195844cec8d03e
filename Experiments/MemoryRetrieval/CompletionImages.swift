import EnergyTransformer
import Foundation

/// Images to be stored and completed.
struct ImageSet {
  /// What stands in names of results and files.
  let key: String
  let label: String
  let patterns: ImagePatterns
  /// Class of each, for sets that have classes.
  let classNames: [String]
  /// How many are stored, one after the other.
  let counts: [Int]
  /// Features of the memory of random features.
  let featureCount: Int
}

/// The digits of the package, and photos where they are asked for.
struct CompletionImages {
  let digits: ImageSet
  let photos: ImageSet?
  private let photoFolder: String?
  private let photoPixels: [UInt8]

  /// - Throws: one line that names the folder or file and what is wrong with it.
  init(_ work: WorkOptions, _ output: OutputOptions) throws {
    let featureCount = MemoryKind.featureCount(quick: output.quick)
    let all = try EmbeddedDigits.train()
    let stored = all.subset(RandomPatterns.spaced(output.quick ? 100 : 1_000, of: all.count))
    digits = ImageSet(
      key: "digits", label: "handwritten digits", patterns: ImagePatterns(stored),
      classNames: stored.classNames, counts: output.quick ? [10, 100] : [10, 30, 100, 300, 1_000],
      featureCount: featureCount)
    photoFolder = work.photos
    if let path = work.photos {
      let found = try PhotoFolder.read(
        URL(fileURLWithPath: path), width: work.photoSide, height: work.photoSide, note: { print($0) })
      let patterns = try Self.patterns(found, folder: path)
      photos = ImageSet(
        key: "photos", label: "photos", patterns: patterns, classNames: found.classNames,
        counts: [found.count], featureCount: featureCount)
      photoPixels = found.pixels
    } else {
      (photos, photoPixels) = (nil, [])
    }
  }

  /// Patterns of photos that can be told apart; says how many are copies of others.
  private static func patterns(_ photos: ImageDataset, folder: String) throws -> ImagePatterns {
    guard photos.count > 1 else {
      throw DataFileError(file: folder, problem: "one image, expected at least two to be told apart")
    }
    let different = Set((0..<photos.count).map { photos[$0].bytes }).count
    let size = "\(photos.width) × \(photos.height) pixels"
    guard different > 1 else {
      throw DataFileError(
        file: folder,
        problem: "\(photos.count) images that are all alike at \(size), expected at least two that differ")
    }
    let patterns = ImagePatterns(photos)
    let squares = patterns.rows.squared().sum(axes: [1]).elements
    if let mean = squares.firstIndex(of: 0) {
      throw DataFileError(
        file: "\(folder)/\(photos.classNames[mean])",
        problem: "is the mean of all images at \(size): centred on it, nothing is left to be stored")
    }
    if different < photos.count {
      let copies = photos.count - different
      print("\(folder): \(copies) of \(photos.count) images are copies of others at \(size)")
    }
    return patterns
  }

  /// What identifies the images in the record of a run.
  func fingerprints() throws -> [DataFingerprint] {
    var found = try EmbeddedDigits.files().map { file in
      try DataFingerprint(
        name: file.lastPathComponent, embeddedAt: file.path,
        count: file.lastPathComponent.hasPrefix("t10k") ? 1_000 : 4_000)
    }
    if let photos, let photoFolder {
      found.append(
        DataFingerprint(
          name: "decoded photos", path: photoFolder, count: photos.patterns.rows.shape[0],
          hashing: photoPixels))
    }
    return found
  }
}
