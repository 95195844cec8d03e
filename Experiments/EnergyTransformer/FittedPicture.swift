import ArgumentParser
import EnergyTransformer
import Foundation
import Kit
import Reporting

/// How a picture is brought to the size of a model's images.
enum PictureFit: String, ExpressibleByArgument, CaseIterable {
  case crop, stretch, tiles
}

/// A picture in the size and channels that a model reads: one image, or several side by side.
struct FittedPicture {
  /// The size of a model's image, and how it is cut into patches.
  let grid: PatchGrid
  let image: PixelImage
  /// The model's images in the picture.
  let rows: Int, columns: Int
  /// What was done to the picture, in words.
  let notes: [String]
  private let fit: PictureFit

  /// More pixels than these take minutes and gigabytes.
  private static let largestPixelCount = 1 << 21

  /// - Throws: `ExperimentError` for a picture that is too small or, in tiles, too large.
  init(_ picture: PixelImage, name: String, to grid: PatchGrid, by fit: PictureFit) throws {
    (self.grid, self.fit) = (grid, fit)
    let size = "\(picture.width) pixels wide and \(picture.height) high"
    guard min(picture.width, picture.height) >= grid.patchSize else {
      throw ExperimentError(
        "\(name): \(size), expected at least a patch of the model, \(grid.patchSize) x \(grid.patchSize)")
    }
    (rows, columns) = fit == .tiles ? (picture.height / grid.height, picture.width / grid.width) : (1, 1)
    guard rows > 0, columns > 0 else {
      throw ExperimentError(
        "\(name): \(size), expected at least a tile, \(grid.width) wide and \(grid.height) high; "
          + "--fit crop or stretch enlarges it")
    }
    guard rows * columns * grid.width * grid.height <= Self.largestPixelCount else {
      throw ExperimentError(
        "\(name): \(size), expected at most \(Self.largestPixelCount) pixels for --fit tiles")
    }
    let sized = Self.fitted(picture, width: columns * grid.width, height: rows * grid.height, by: fit)
    image = sized.converted(toChannels: grid.channels)
    notes = [sizeNote(picture, sized, fit), channelNote(picture, grid.channels)].compactMap(\.self)
  }

  /// Another image of the picture's size, such as a mask, in the same part and size.
  func fitted(_ other: PixelImage) -> PixelImage {
    Self.fitted(other, width: image.width, height: image.height, by: fit)
  }

  private static func fitted(
    _ picture: PixelImage, width: Int, height: Int, by fit: PictureFit
  ) -> PixelImage {
    switch fit {
    case .crop: picture.fitted(width: width, height: height)
    case .stretch: picture.stretched(width: width, height: height)
    case .tiles: picture.middle(width: width, height: height)
    }
  }

  /// The mean level, 0 for black and 1 for white.
  var mean: Double { image.bytes.reduce(0.0) { $0 + Double($1) } / Double(255 * image.bytes.count) }

  /// Values of the whole picture, [height, width, channels] in pixels or patches, as those of the model's images,
  /// [images, height, width, channels].
  func tiled(_ values: Tensor<Float>) -> Tensor<Float> {
    let (height, width, channels) = (values.shape[0] / rows, values.shape[1] / columns, values.shape[2])
    return values.reshaped([rows, height, columns, width, channels]).permuted([0, 2, 1, 3, 4])
      .reshaped([rows * columns, height, width, channels])
  }

  /// The inverse of ``tiled(_:)``.
  func joined(_ values: Tensor<Float>) -> Tensor<Float> {
    let (height, width, channels) = (values.shape[1], values.shape[2], values.shape[3])
    return values.reshaped([rows, columns, height, width, channels]).permuted([0, 2, 1, 3, 4])
      .reshaped([rows * height, columns * width, channels])
  }

  /// Values of the model's images as one picture.
  func picture(_ values: Tensor<Float>) -> Picture {
    let whole = joined(values)
    return Picture(
      width: whole.shape[1], height: whole.shape[0], channels: whole.shape[2], values: whole.elements)
  }
}

private func sizeNote(_ picture: PixelImage, _ sized: PixelImage, _ fit: PictureFit) -> String? {
  let (from, to) = ("\(picture.width) x \(picture.height)", "\(sized.width) x \(sized.height)")
  guard from != to else { return nil }
  if fit == .stretch { return "\(from) brought to \(to)" }
  if fit == .tiles { return "the middle \(to) of \(from)" }
  let scale = min(
    Double(picture.width) / Double(sized.width), Double(picture.height) / Double(sized.height))
  func part(_ side: Int) -> Int { Int((Double(side) * scale).rounded()) }
  let middle = "\(part(sized.width)) x \(part(sized.height))"
  return (middle == from ? from : "the middle \(middle) of \(from)") + " brought to \(to)"
}

private func channelNote(_ picture: PixelImage, _ channels: Int) -> String? {
  if picture.channels == channels { return nil }
  return channels == 1
    ? "its colours as grey, by their luminance, since the model reads grey"
    : "its grey as red, green and blue, since the model reads colours"
}

extension PixelImage {
  /// The image in grey by its luminance (ITU-R BT.601, as in JPEG), or its grey in three channels.
  func converted(toChannels count: Int) -> PixelImage {
    if channels == count { return self }
    var converted: [UInt8] = []
    for pixel in 0..<width * height {
      if count == 3 {
        converted += [bytes[pixel], bytes[pixel], bytes[pixel]]
      } else {
        let red = 0.299 * Double(bytes[3 * pixel])
        let green = 0.587 * Double(bytes[3 * pixel + 1])
        let blue = 0.114 * Double(bytes[3 * pixel + 2])
        converted.append(UInt8((red + green + blue).rounded()))
      }
    }
    return PixelImage(width: width, height: height, channels: count, bytes: converted)
  }

  /// The middle part of a size, which is no larger than the image.
  fileprivate func middle(width: Int, height: Int) -> PixelImage {
    let (left, top) = ((self.width - width) / 2, (self.height - height) / 2)
    let bytes = (top..<top + height).flatMap { row in
      let start = (row * self.width + left) * channels
      return self.bytes[start..<start + width * channels]
    }
    return PixelImage(width: width, height: height, channels: channels, bytes: bytes)
  }
}
