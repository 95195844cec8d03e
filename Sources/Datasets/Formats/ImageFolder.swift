public import Foundation
import ImageFiles

/// Images in folders named by class: `train/<class>/*.png` and `test/<class>/*.jpg`, on disk or in a tar file.
///
/// Classes are numbered in the order of their sorted names, images come in the order of their sorted paths. All
/// images must have one size. If some are gray and some are not, the gray ones get three equal channels.
/// Decoding uses all cores; the result does not depend on their number. Peak memory is twice the pixels.
public enum ImageFolder {
  /// Reads `train/` and `test/` of a folder on disk.
  public static func read(folder: URL) throws -> ImageSource {
    let listing = try Listing(folder: folder)
    return try read(
      listing, name: folder.lastPathComponent, source: "image folder \(folder.lastPathComponent)"
    ) {
      try DataFile.bytes(folder.appendingPathComponent(listing.files[$0].path))
    }
  }

  /// Reads `train/` and `test/` of a tar file; they may lie inside one common folder.
  public static func read(tar: URL) throws -> ImageSource {
    let archive = try TarArchive(contentsOf: tar)
    let listing = try Listing(archive: archive)
    let name = tar.deletingPathExtension().lastPathComponent
    return try read(listing, name: name, source: "image archive \(tar.lastPathComponent)") {
      archive.bytes(of: archive.entries[listing.files[$0].entry])
    }
  }

  private static func read(
    _ listing: Listing, name: String, source: String, bytes: @Sendable (Int) throws -> [UInt8]
  ) throws -> ImageSource {
    let images = try OrderedParallel.map(count: listing.files.count) { index in
      try PixelImage.decode(bytes(index), name: listing.fullName(index))
    }
    try requireOneSize(images, listing)
    let channels = images.map(\.channels).max() ?? 1
    func part(_ split: String) -> ImageDataset {
      let members = listing.files.indices.filter { listing.files[$0].split == split }
      var pixels: [UInt8] = []
      pixels.reserveCapacity(members.count * images[0].width * images[0].height * channels)
      for index in members { append(images[index], channels: channels, to: &pixels) }
      return ImageDataset(
        name: "\(name)/\(split)", source: source, height: images[0].height, width: images[0].width,
        channels: channels, pixels: pixels, labels: members.map { listing.files[$0].label },
        classNames: listing.classNames)
    }
    return ImageSource(train: part("train"), test: part("test"))
  }

  private static func append(_ image: PixelImage, channels: Int, to pixels: inout [UInt8]) {
    if image.channels == channels {
      pixels.append(contentsOf: image.bytes)
    } else {
      for gray in image.bytes { pixels.append(contentsOf: repeatElement(gray, count: channels)) }
    }
  }

  private static func requireOneSize(_ images: [PixelImage], _ listing: Listing) throws {
    guard let first = images.first else { return }
    for (index, image) in images.enumerated()
    where image.width != first.width || image.height != first.height {
      throw DataFileError(
        file: listing.fullName(index),
        problem: "size \(image.width)x\(image.height), expected \(first.width)x\(first.height) as"
          + " \(listing.files[0].path) has")
    }
  }
}
