public import Foundation
public import ImageFiles

/// A folder of pictures of any sizes, without classes.
public enum PhotoFolder {
  /// Reads one PNG or JPEG file, upright as the file says and of the size it has.
  ///
  /// - Throws: ``DataFileError`` or `ImageFileError` naming the file and what is wrong with it, or what it is instead.
  public static func picture(at file: URL) throws -> PixelImage {
    try DataFile.image(DataFile.bytes(file), name: file.path)
  }

  /// Reads every PNG and JPEG file of a folder, in the order of their names, each cut to the middle part of
  /// the wanted shape and averaged down to the wanted size.
  ///
  /// Every picture is a class of its own, named by its file. If some are gray and some are not, the gray ones
  /// get three equal channels. Hidden files, folders and files with other endings are passed over.
  ///
  /// - Parameters:
  ///   - folder: The folder.
  ///   - width: The width of every picture in pixels.
  ///   - height: The height of every picture in pixels.
  ///   - note: Is told, in one line, how many visible files were passed over.
  /// - Throws: ``DataFileError`` or `ImageFileError` naming the file and what is wrong with it.
  public static func read(
    _ folder: URL, width: Int, height: Int, note: (String) -> Void = { _ in }
  ) throws -> ImageDataset {
    guard DataFile.isFolder(folder) else {
      throw DataFileError(file: folder.path, problem: "expected a folder of PNG or JPEG images")
    }
    let files = try DataFile.names(inFolder: folder).filter { name in
      !DataFile.isFolder(folder.appendingPathComponent(name))
    }
    let names = files.filter { ["png", "jpg", "jpeg"].contains(($0 as NSString).pathExtension.lowercased()) }
    let others = files.filter { !names.contains($0) }
    if names.isEmpty {
      let found = others.isEmpty ? "" : ": \(ImageFolder.passedOver(others))"
      throw DataFileError(
        file: folder.path, problem: "no images, expected at least one .png, .jpg or .jpeg\(found)")
    }
    if !others.isEmpty { note("\(folder.path): \(ImageFolder.passedOver(others))") }
    let images = try OrderedParallel.map(count: names.count) { index in
      let file = folder.appendingPathComponent(names[index])
      return try picture(at: file).fitted(width: width, height: height)
    }
    let channels = images.map(\.channels).max() ?? 1
    let pixels = images.flatMap { image in
      image.channels == channels ? image.bytes : image.bytes.flatMap { [$0, $0, $0] }
    }
    return ImageDataset(
      name: folder.lastPathComponent, source: "folder \(folder.lastPathComponent)", height: height,
      width: width, channels: channels, pixels: pixels, labels: Array(names.indices), classNames: names)
  }
}
