import EnergyTransformer
import Foundation

/// A modern Hopfield network of one token over two clusters of patterns on a circle.
///
/// On a circle no pattern lies between others, so that each can be a minimum of its own.
struct TwoClusters {
  let options: ClusterOptions
  /// The patterns as columns, [2, patterns].
  let patterns: Tensor<Double>
  private let random: RandomStream

  /// Clusters about opposite points: patterns at equal angles, each moved by up to a quarter of the way to the next.
  init(_ options: ClusterOptions, random: RandomStream) {
    self.options = options
    self.random = random
    var draws = random.child(0)
    let gap = options.arc / Double(options.patterns)
    var angles: [Double] = []
    for centre in [0, Double.pi] {
      for index in 0..<options.patterns {
        angles.append(centre - options.arc / 2 + gap * (Double(index) + 0.25 + 0.5 * draws.uniform()))
      }
    }
    patterns = Tensor(shape: [2, angles.count], elements: angles.map { cos($0) } + angles.map { sin($0) })
  }

  /// The beta below which the energy is strictly convex: 2 over the largest eigenvalue of X Xᵀ.
  var convexBelow: Double {
    let (x, y) = (patterns.elements.prefix(patterns.shape[1]), patterns.elements.suffix(patterns.shape[1]))
    let (a, b) = (x.reduce(0) { $0 + $1 * $1 }, y.reduce(0) { $0 + $1 * $1 })
    let mixed = zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
    return 2 / ((a + b) / 2 + ((a - b) * (a - b) / 4 + mixed * mixed).squareRoot())
  }

  private static let rest = 1e-9

  /// Steps of size 1 are the network's updates, which never raise its energy.
  func descent(_ beta: Double) -> EnergyDescent<PatternMemoryEnergy<Double>, IdentityLagrangian<Double>> {
    EnergyDescent(
      of: PatternMemoryEnergy(memories: patterns, beta: beta), lagrangian: IdentityLagrangian(),
      stepSize: .constant(1), stop: .any([.after(steps: 10_000), .rest(below: Self.rest / 2)]),
      gradientPath: .detached)
  }

  /// Where random starts come to rest at one inverse temperature, and the passes between these points.
  func measured(_ beta: Double) -> ClusterMeasurement {
    var draws = random.child(1)
    let starts = Tokens(Tensor<Double>.normal([options.starts, 1, 2], using: &draws))
    let descent = descent(beta)
    let landscape = EnergyLandscape(of: descent)
    let basins = descent.basins(of: starts, residual: Self.rest)
    let found = basins.minima
    let points =
      found.isEmpty
      ? []
      : landscape.stationaryPoints(
        at: Tokens(.concatenated(found.map(\.tokens.values), axis: 0)), residual: 2 * Self.rest,
        directions: 2,
        random: random.child(2))
    let minima = zip(found, points).filter { $0.1.kind == .minimum }
    func barrier(_ ends: [ReachedMinimum<Double>]) -> FoundBarrier? {
      guard ends.count == 2 else { return nil }
      // Where it climbs, the energy bends downwards by up to about beta and upwards by 1: short steps, and many.
      let (steps, climbing) = (300, min(max(1500, Int(12 * (1 + beta))), 30_000))
      let band = ElasticBand(
        pivotCount: 9,
        rounds: [
          .init(steps: steps, stepSize: 0.5), .init(steps: steps, stepSize: 0.5, newPivots: 3),
          .init(steps: steps, stepSize: 0.5, newPivots: 2),
          .init(steps: climbing, stepSize: 1 / (1 + beta), climbs: true),
        ])
      return FoundBarrier(
        landscape.barrier(from: ends[0].tokens, to: ends[1].tokens, by: band), on: landscape,
        residual: 1e-4, random: random.child(3))
    }
    let reached = minima.map(\.0)
    let (right, left) = (
      reached.filter { $0.tokens.values.elements[0] > 0 },
      reached.filter { $0.tokens.values.elements[0] <= 0 }
    )
    return ClusterMeasurement(
      beta: beta, minima: reached, otherCount: found.count - reached.count,
      unsettledCount: basins.unsettledStarts.count,
      smallestEigenvalue: minima.compactMap { $0.1.eigenvalues?.smallest.first?.value }.min(),
      betweenClusters: barrier(Array(left.prefix(1) + right.prefix(1))),
      withinCluster: barrier(Array((left.count > 1 ? left : right).prefix(2))))
  }
}

/// What was found at one inverse temperature.
struct ClusterMeasurement {
  let beta: Double
  /// The minima, of rising energy.
  let minima: [ReachedMinimum<Double>]
  /// Points at rest that are no minima.
  let otherCount: Int
  let unsettledCount: Int
  /// The smallest eigenvalue at any of the minima.
  let smallestEigenvalue: Double?
  /// Between the lowest minima of the two sides.
  let betweenClusters: FoundBarrier?
  /// Between the two lowest minima of one side.
  let withinCluster: FoundBarrier?
}

/// A barrier with the kind of point that its saddle is.
struct FoundBarrier {
  let path: EnergyBarrier<Double>
  let saddle: StationaryPoint<Double>

  init<Function: Energy, Norm: Lagrangian>(
    _ path: EnergyBarrier<Double>, on landscape: EnergyLandscape<Function, Norm>, residual: Double,
    flatness: Double = 1e-6, random: RandomStream
  ) where Function.Scalar == Double, Norm.Scalar == Double {
    self.path = path
    saddle =
      landscape.stationaryPoints(
        at: path.saddle, residual: residual, flatness: flatness, random: random)[0]
  }

  /// The height over the lower end.
  var height: Double { max(path.barrierFromStart, path.barrierFromEnd) }

  /// The directions downwards at the saddle; nil where it is not settled.
  var negativeDirections: Double? { saddle.index.map(Double.init) }
}
