import EnergyTransformer
import Foundation
import Reporting

/// What a modern Hopfield network makes of a picture of which a part is erased.
struct RecalledPicture: Encodable, Sendable {
  struct Share: Encodable, Sendable {
    let photo: Int
    let name: String
    let weight: Double
    let pixels: Data
  }

  /// The state after each update, and the energy.
  let viewer: StepViewer
  /// The retrieved picture's levels.
  let pixels: Data
  /// The strongest patterns in the retrieved state, falling.
  let weights: [Share]
  let steps: Int
  /// Why it stopped.
  let stop: String
  /// "single pattern", "mixture of several" or "average of most".
  let kind: String
  /// How many patterns make 90 % of the weight.
  let dominantCount: Int
  /// The energy before each update and after the last.
  let energies: [Double]

  /// Updates whose states are shown; nearly all retrievals take fewer.
  private static let mostShown = 40

  init(_ request: RecallRequest, _ photos: StoredPhotos) throws {
    let patterns = photos.patterns
    let memory = ModernHopfieldNetwork(patterns: patterns.rows, beta: Float(request.beta))
    let cue = Self.cue(request, photos)
    var options = RetrievalOptions()
    options.weightLimit = 6
    let found = memory.retrieve(cue, options: options)
    guard let shares = found.weights.first, let point = found.fixedPoints.first ?? nil,
      let series = found.energies.first
    else {
      throw RequestError.unusable("The retrieval left the finite numbers. Take a smaller beta.")
    }
    weights = shares.map {
      Share(
        photo: $0.pattern, name: photos.name($0.pattern), weight: $0.weight,
        pixels: Data(photos.images[$0.pattern].bytes))
    }
    pixels = Data(patterns.image(of: found.states).bytes)
    (steps, stop, energies) = (found.steps[0], "\(found.stopReasons[0])", series)
    dominantCount = point.dominantCount ?? 1
    kind =
      switch point.kind {
      case .singlePattern: "single pattern"
      case .metastable: "mixture of several"
      case .globalAverage: "average of most"
      }

    var states = [cue]
    for _ in 0..<min(steps, Self.mostShown) { states.append(memory.updated(states[states.count - 1])) }
    var viewer = StepViewer(
      "The retrieval", items: ["yours"], itemName: "picture", steps: states.indices.map { "\($0)" },
      stepName: "update")
    try viewer.addPictures("Stored", [[Picture(photos.images[request.photo])]])
    try viewer.addPictures("State", [states.map { Picture(patterns.image(of: $0)) }])
    try viewer.addLines("Energy", [("energy", [Array(series.prefix(states.count))])])
    self.viewer = viewer
  }

  /// The pattern with 0, the mean image, where it is erased.
  private static func cue(_ request: RecallRequest, _ photos: StoredPhotos) -> Tensor<Float> {
    let grid = photos.grid
    var seen = [Float](repeating: 1, count: grid.patchCount)
    for square in request.hidden { seen[square] = 0 }
    let column = Tensor<Float>(shape: [1, grid.patchCount, 1], elements: seen)
    let mask = grid.images(of: column.repeated(to: [1, grid.patchCount, grid.patchLength]))
    let row = photos.patterns.rows.sliced(axis: 0, request.photo..<request.photo + 1)
    return row * mask.reshaped(row.shape)
  }
}
