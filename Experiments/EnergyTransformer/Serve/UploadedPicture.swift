import EnergyTransformer
import Foundation

/// A PNG or JPEG file that a client sent.
struct UploadedPicture {
  private let image: PixelImage
  private static let name = "the uploaded file"

  /// More pixels than any phone takes within the limit of an upload: a small file may state a huge picture.
  private static let mostPixels = 1 << 25

  /// - Throws: `ImageFileError` or `RequestError` that says what is wrong with the file.
  init(_ body: Data) throws {
    let bytes = Array(body)
    if let size = PixelImage.statedSize(of: bytes),
      Double(size.width) * Double(size.height) > Double(Self.mostPixels)
    {
      throw RequestError.tooLarge(
        "The uploaded file states \(size.width) x \(size.height) pixels; pictures have at most \(Self.mostPixels)."
      )
    }
    image = try PixelImage.decode(bytes, name: Self.name)
  }

  /// Its middle part as a model reads it; levels row by row.
  func pixels(for grid: PatchGrid) throws -> Data {
    Data(try FittedPicture(image, name: Self.name, to: grid, by: .crop).image.bytes)
  }
}
