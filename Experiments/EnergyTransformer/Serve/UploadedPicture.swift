import EnergyTransformer
import Foundation

/// A PNG or JPEG file that a client sent.
struct UploadedPicture {
  private let image: PixelImage

  /// More pixels than any phone takes within the limit of an upload: a small file may state a huge picture.
  private static let mostPixels = 1 << 25

  /// - Throws: `ImageFileError` or `RequestError` that says what is wrong with the file.
  init(_ body: Data) throws {
    let bytes = Array(body)
    let name = "the uploaded file"
    if let size = PixelImage.statedSize(of: bytes),
      Double(size.width) * Double(size.height) > Double(Self.mostPixels)
    {
      throw RequestError.tooLarge(
        "The uploaded file states \(size.width) x \(size.height) pixels; pictures have at most \(Self.mostPixels)."
      )
    }
    image = try PixelImage.decode(bytes, name: name)
  }

  /// Its middle part at a size, grey or in colour; levels row by row.
  func pixels(width: Int, height: Int, channels: Int) -> Data {
    let fitted = image.fitted(width: width, height: height)
    switch (fitted.channels, channels) {
    case (1, 3): return Data(fitted.bytes.flatMap { [$0, $0, $0] })
    case (3, 1):
      // The weights of ITU-R BT.601, as JPEG has them.
      return Data(
        stride(from: 0, to: fitted.bytes.count, by: 3).map { start in
          let levels = fitted.bytes[start..<start + 3].map { Double($0) }
          return UInt8((0.299 * levels[0] + 0.587 * levels[1] + 0.114 * levels[2]).rounded())
        })
    default: return Data(fitted.bytes)
    }
  }
}
