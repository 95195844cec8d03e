import Foundation

/// 5,000 handwritten digits of 28x28 gray pixels that come with the library, so that examples need no download.
///
/// A balanced sample of MNIST with a split of its own: results on it are not MNIST results. Source and licence
/// stand in the README beside the files.
public enum EmbeddedDigits {
  /// 4,000 images, 400 of each digit.
  public static func train() throws -> ImageDataset {
    try named("digits/train", IDXFolder.train(folder()))
  }

  /// 1,000 images, 100 of each digit.
  public static func test() throws -> ImageDataset {
    try named("digits/test", IDXFolder.test(folder()))
  }

  private static func folder() throws -> URL {
    guard let resources = Bundle.module.resourceURL else {
      throw DataFileError(
        file: "embedded digits", problem: "missing, expected in the library's resource bundle")
    }
    return resources.appendingPathComponent("digits")
  }

  private static func named(_ name: String, _ digits: ImageDataset) -> ImageDataset {
    ImageDataset(
      name: name, source: "embedded digits: 5,000 images of MNIST, split 4,000 to 1,000",
      height: digits.height, width: digits.width, channels: digits.channels, pixels: digits.pixels,
      labels: digits.labels, classNames: digits.classNames)
  }
}
