import EnergyTransformer

/// Descents of all images to rest on one landscape, and what their ends are.
struct LandscapeWalk {
  typealias Descent = EnergyDescent<EnergySum<Double>, LayerNormLagrangian<Double>>

  /// The share of the largest |eigenvalue| up to which one counts as 0.
  static let flatness = 1e-5

  /// The strength of the first tokens as a force, 0 for the energy as it was trained.
  let strength: Double
  let descent: Descent
  let landscape: EnergyLandscape<EnergySum<Double>, LayerNormLagrangian<Double>>
  /// Steps until all were at rest, or the most that are taken.
  let steps: Int
  /// The end of each image's descent.
  let points: [StationaryPoint<Double>]
  let basins: Basins<Double>
  /// The error of each image at the end of its descent.
  let errors: [Double]
  /// At how many places the tokens of each image stand at the end.
  let places: [Int]
  private let ends: Tokens<Double>

  init(
    _ block: EnergyTransformerBlock<Double>, _ batch: MaskedBatch, _ model: ImageEnergyTransformer<Float>,
    strength: Double, _ options: ModelOptions, random: RandomStream
  ) {
    self.strength = strength
    let size = batch.tokens.values.shape.dropFirst().reduce(1, *)
    var settings = DescentSettings(
      steps: options.steps, stepSize: options.stepSize, gradientPath: .detached)
    settings.direction = .tangential
    settings.inputStrength = strength
    // No number of r is longer than r itself is to be.
    settings.restTolerance = options.tolerance / Double(size).squareRoot()
    descent = block.descent(settings, from: batch.tokens)
    landscape = EnergyLandscape(of: descent)
    let result = descent.run(from: batch.tokens)
    (ends, steps) = (result.tokens, result.steps)
    points = landscape.stationaryPoints(
      at: ends, residual: options.tolerance, flatness: Self.flatness, directions: 1, random: random)
    // The same descent without a step, which groups the ends.
    settings.steps = 0
    settings.restTolerance = nil
    basins = block.descent(settings, from: batch.tokens).basins(of: ends, residual: options.tolerance)
    errors = batch.errors(result.activations.values, model)
    places = Self.places(result.activations.values)
  }

  /// The ends of some images' descents.
  func tokens(_ images: [Int]) -> Tokens<Double> { Tokens(ends.values.gathered(images, axis: 0)) }

  /// The images whose descents came to rest.
  var settled: [Int] { basins.minimumOfStart.indices.filter { basins.minimumOfStart[$0] != nil } }

  /// The share of the settled descents that end at a minimum; nil where none settled.
  var shareOfMinima: Double? {
    settled.isEmpty
      ? nil : Double(settled.count { points[$0].kind == .minimum }) / Double(settled.count)
  }

  /// The mean of numbers of the images over those that settled.
  func mean(_ numbers: [Double]) -> Double? {
    settled.isEmpty ? nil : settled.reduce(0) { $0 + numbers[$1] } / Double(settled.count)
  }

  /// How many energies differ among the end points, by more than a part in 10⁹.
  var levelCount: Int {
    let energies = basins.minima.map(\.energy)
    return energies.isEmpty
      ? 0 : 1 + zip(energies, energies.dropFirst()).count { $1 - $0 > 1e-9 * max(abs($0), abs($1)) }
  }

  /// Places count as one where they differ by no more than 0.01, as the root mean square over their numbers.
  private static func places(_ activations: Tensor<Double>) -> [Int] {
    let (count, dimension) = (activations.shape[1], activations.shape[2])
    let numbers = activations.elements
    return (0..<activations.shape[0]).map { example in
      var found: [[Double]] = []
      for token in 0..<count {
        let start = (example * count + token) * dimension
        let row = Array(numbers[start..<start + dimension])
        let isKnown = found.contains { other in
          zip(row, other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } <= 1e-4 * Double(dimension)
        }
        if !isKnown { found.append(row) }
      }
      return found.count
    }
  }
}

/// The plane through an image's start, the end of its trained steps and its rest.
struct ImagePlane {
  let slice: EnergySlice
  /// The trained steps and the descent to rest, as they lie over the plane.
  let trained: [(first: Double, second: Double)]
  let toRest: [(first: Double, second: Double)]
  /// How far from the plane the descent to rest is at most, and the distance of its ends.
  let farthest: Double
  let distance: Double

  init(
    _ descent: LandscapeWalk.Descent, start: Tokens<Double>, trained states: Trajectory<Double>, image: Int,
    rest: Tokens<Double>
  ) {
    let norm = descent.lagrangian
    let last = states.states[states.states.count - 1].tokens.sliced(axis: 0, image..<image + 1)
    let (first, middle, end) = (
      norm.retracted(start), norm.retracted(Tokens(last)), norm.retracted(rest)
    )
    let plane = TokenPlane(through: first, end, middle)
    trained = plane.coordinates(of: states, retractedBy: norm)[image]
    let way = descent.run(from: start, recording: [.states(every: 2)]).trajectory
    toRest = plane.coordinates(of: way, retractedBy: norm)[0]
    let points = way.states.map { norm.retracted(Tokens($0.tokens)).values }
    farthest = plane.distances(of: .concatenated(points, axis: 0)).max() ?? 0
    distance = plane.coordinates(of: end.values)[0].first
    let all = trained + toRest
    let (columns, rows) = (Self.axis(all.map(\.first)), Self.axis(all.map(\.second)))
    slice = EnergyLandscape(of: descent).slice(plane, columns: columns, rows: rows, chunk: 64)
  }

  /// Numbers that cover others with a margin of a fifth of their range.
  private static func axis(_ values: [Double]) -> [Double] {
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    let margin = max(high - low, 1e-6) / 5
    return (0...48).map { low - margin + (high - low + 2 * margin) * Double($0) / 48 }
  }
}
