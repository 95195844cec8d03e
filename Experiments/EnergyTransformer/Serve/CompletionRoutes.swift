import EnergyTransformer
import Foundation
import Kit
import Reporting

/// What the tab that completes pictures asks for.
struct CompletionRoutes {
  let catalogue: ModelCatalogue
  let computations: Computations

  var routes: [Route] {
    [
      .get("/api/models") { _ in
        let entries = await catalogue.entries()
        return try .json(ModelList(models: entries.map(ModelList.Item.init)))
      },
      .get("/api/examples") { request in
        let served = try await catalogue.model(request.query["model"] ?? "")
        return try .json(ExamplePictures(pictures: try await computations.run { try Self.examples(served) }))
      },
      .post("/api/picture") { request in
        let grid = try await catalogue.model(request.query["model"] ?? "").grid
        let pixels = try await computations.run {
          try UploadedPicture(request.body).pixels(for: grid)
        }
        return try .json(["pixels": pixels])
      },
      .post("/api/complete", CompletionRequest.self) { request in
        let served = try await catalogue.model(request.model)
        try request.check(served.grid)
        return try await computations.run { try CompletedPicture(request, by: served) }
      },
    ]
  }

  /// Pictures to begin with, which no model was trained on.
  private static func examples(_ served: ServedModel) throws -> [Data] {
    let digits = try EmbeddedDigits.test()
    guard
      [digits.height, digits.width, digits.channels] == [
        served.grid.height, served.grid.width, served.grid.channels,
      ]
    else { return [] }
    return (0..<digits.count).evenlySpaced(12).map { Data(digits[$0].bytes) }
  }
}

/// The answer to which models there are.
private struct ModelList: Encodable {
  struct Item: Encodable {
    let id: String
    /// What is wrong with the file, and nothing else where something is.
    var problem: String?
    var data: String?
    var height: Int?, width: Int?, channels: Int?, patch: Int?
    var steps: Int?
    var stepSize: Double?

    init(_ entry: ModelCatalogue.Entry) {
      id = entry.id
      switch entry.model {
      case .failure(let error): problem = error.description
      case .success(let served):
        data = served.data
        let grid = served.grid
        (height, width, channels, patch) = (grid.height, grid.width, grid.channels, grid.patchSize)
        (steps, stepSize) = (served.settings.steps, served.settings.stepSize)
      }
    }
  }

  let models: [Item]
}

private struct ExamplePictures: Encodable {
  /// Levels of the pixels of each, row by row, the channels of a pixel side by side.
  let pictures: [Data]
}

/// A picture to complete.
struct CompletionRequest: Decodable, Sendable {
  let model: String
  /// Levels of its pixels, row by row, the channels of a pixel side by side; in base64.
  let pixels: Data
  /// The indices of the patches to be completed, row by row from 0.
  let hidden: [Int]
  let steps: Int
  let stepSize: Double

  /// A descent takes a fraction of a second, and its pictures stay below some megabytes.
  static let mostSteps = 400
  static let mostPixels = 4_000_000
  /// Browsers draw no wider picture than this, and the frames of a descent lie side by side in one.
  static let widest = 16_000

  func check(_ grid: PatchGrid) throws {
    let size = grid.height * grid.width * grid.channels
    guard pixels.count == size else {
      throw RequestError.unusable(
        "The picture has \(pixels.count) levels; this model takes \(grid.width) x \(grid.height) pixels, \(size) levels."
      )
    }
    guard hidden.allSatisfy({ (0..<grid.patchCount).contains($0) }), Set(hidden).count == hidden.count else {
      throw RequestError.unusable(
        "The hidden patches must be different numbers in 0 ... \(grid.patchCount - 1)."
      )
    }
    guard !hidden.isEmpty else {
      throw RequestError.unusable("No patch is masked, so that there is nothing to complete.")
    }
    try RequestError.check(
      "The number of steps", steps,
      in: 1...max(1, min(Self.mostSteps, Self.mostPixels / size, Self.widest / grid.width)))
    guard stepSize > 0, stepSize <= 10 else {
      throw RequestError.unusable("The step size must lie above 0 and up to 10, not \(stepSize).")
    }
  }
}
