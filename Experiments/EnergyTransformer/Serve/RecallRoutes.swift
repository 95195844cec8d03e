import EnergyTransformer
import Foundation
import Kit

/// What the tab that recalls pictures asks for.
struct RecallRoutes {
  let photos: StoredPhotos
  let computations: Computations

  /// Pictures of which one is chosen; more are stored where there are more.
  private static let mostShown = 120

  var routes: [Route] {
    [
      .get("/api/photos") { _ in
        let shown = (0..<photos.images.count).evenlySpaced(min(Self.mostShown, photos.images.count))
        return try .json(
          PhotoList(
            label: photos.label, count: photos.images.count, height: photos.images.height,
            width: photos.images.width, channels: photos.images.channels, patch: photos.grid.patchSize,
            photos: shown.map { PhotoList.Photo(photos, $0) }))
      },
      .post("/api/recall", RecallRequest.self) { request in
        try request.check(photos)
        return try await computations.run { try RecalledPicture(request, photos) }
      },
    ]
  }
}

private struct PhotoList: Encodable {
  struct Photo: Encodable {
    let index: Int
    let name: String
    let pixels: Data

    init(_ photos: StoredPhotos, _ index: Int) {
      self.index = index
      name = photos.name(index)
      pixels = Data(photos.images[index].bytes)
    }
  }

  let label: String
  let count: Int
  let height: Int, width: Int, channels: Int
  /// The side of the squares that are erased.
  let patch: Int
  let photos: [Photo]
}

/// A picture of which a part is erased, to be recalled.
struct RecallRequest: Decodable, Sendable {
  /// Its index among the stored pictures.
  let photo: Int
  /// The indices of the squares that are erased, row by row from 0.
  let hidden: [Int]
  /// The inverse temperature.
  let beta: Double

  static let betas = 0.1...10_000.0

  func check(_ photos: StoredPhotos) throws {
    try RequestError.check("The number of the photo", photo, in: 0...photos.images.count - 1)
    let count = photos.grid.patchCount
    guard hidden.allSatisfy({ (0..<count).contains($0) }) else {
      throw RequestError.unusable("The erased squares must be numbers in 0 ... \(count - 1).")
    }
    guard Self.betas.contains(beta) else {
      throw RequestError.unusable(
        "beta must lie in \(Self.betas.lowerBound) ... \(Self.betas.upperBound), not \(beta).")
    }
  }
}
