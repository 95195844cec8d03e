public import Foundation
import ImageFiles

/// Images in folders named by class: `train/<class>/*.png` and `test/<class>/*.jpg`, on disk or in a tar file.
///
/// `training` serves as `train`, and `testing`, `val`, `valid` or `validation` as `test`; images may lie in a folder
/// `images` of their class, and those of `test` in one folder beside a list of their classes, as in Tiny ImageNet.
/// Classes are numbered in the order of their sorted names, images come in the order of their sorted paths. All
/// images must have one size once they stand upright. If some are gray and some are not, the gray ones get three equal
/// channels. Hidden files and those that usually accompany images (`Thumbs.db`, README, licences, lists) are passed
/// over and counted in the notes; any other file is refused. Decoding uses all cores; the result does not depend on
/// their number. Peak memory is twice the pixels.
public enum ImageFolder {
  /// Reads `train/` and `test/` of a folder on disk.
  public static func read(folder: URL) throws -> ImageSource {
    let listing = try Listing(Items(folder: folder))
    return try read(
      listing, name: folder.lastPathComponent, source: "image folder \(folder.lastPathComponent)"
    ) {
      try DataFile.bytes(folder.appendingPathComponent(listing.files[$0].path))
    }
  }

  /// Reads `train/` and `test/` of a tar file, compressed with gzip or not; they may lie inside one common folder.
  public static func read(tar: URL) throws -> ImageSource {
    let archive = try TarArchive(contentsOf: tar)
    let listing = try Listing(Items(archive: archive))
    var name = tar.deletingPathExtension()
    if name.pathExtension.lowercased() == "tar" { name.deletePathExtension() }
    return try read(listing, name: name.lastPathComponent, source: "image archive \(tar.lastPathComponent)") {
      archive.bytes(of: archive.entries[listing.files[$0].entry])
    }
  }

  private static func read(
    _ listing: Listing, name: String, source: String, bytes: @Sendable (Int) throws -> [UInt8]
  ) throws -> ImageSource {
    let images = try OrderedParallel.map(count: listing.files.count) { index in
      try DataFile.image(bytes(index), name: listing.fullName(index))
    }
    try requireOneSize(images, listing)
    let channels = images.map(\.channels).max() ?? 1
    func part(_ half: Half) -> ImageDataset {
      let members = listing.files.indices.filter { listing.files[$0].half == half }
      var pixels: [UInt8] = []
      pixels.reserveCapacity(members.count * images[0].width * images[0].height * channels)
      for index in members { append(images[index], channels: channels, to: &pixels) }
      return ImageDataset(
        name: "\(name)/\(half.rawValue)", source: source, height: images[0].height, width: images[0].width,
        channels: channels, pixels: pixels, labels: members.map { listing.files[$0].label },
        classNames: listing.classNames)
    }
    return ImageSource(train: part(.train), test: part(.test), notes: listing.notes)
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
