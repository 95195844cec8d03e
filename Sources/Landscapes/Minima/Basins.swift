public import Dynamics
public import Energies
import Foundations
public import Tensors

/// A rest point that starts reached, with those that did.
public struct ReachedMinimum<Scalar: TensorScalar>: Sendable {
  /// x of the lowest of its rest points, one example.
  public let tokens: Tokens<Scalar>
  /// F there.
  public let energy: Double
  /// |P dF/dg| there.
  public let residual: Double
  /// The starts that came to it, by their place in the batch.
  public let starts: [Int]
  /// The share of all starts that came to it, the size of its basin as far as the starts sample it.
  public let share: Double
}

/// Which start of a descent comes to which minimum.
public struct Basins<Scalar: TensorScalar>: Sendable {
  /// The rest points that differ, of rising energy. They are minima unless a start lay on the edge of a basin:
  /// ``EnergyLandscape/stationaryPoints(at:residual:flatness:directions:steps:random:)`` tells.
  public let minima: [ReachedMinimum<Scalar>]
  /// For each start the place of its minimum in `minima`; nil where the descent was not at rest when it stopped.
  public let minimumOfStart: [Int?]
  /// The residual at the end of each start's descent.
  public let residuals: [Double]
  /// Why the descent stopped.
  public let stopReason: StopReason

  /// The starts that were not at rest when the descent stopped.
  public var unsettledStarts: [Int] { minimumOfStart.indices.filter { minimumOfStart[$0] == nil } }
}

extension EnergyDescent {
  /// Descends many starts at once and says which of them come to the same rest.
  ///
  /// Two rest points are the same when their activations differ by at most `tolerance`, as the root mean square over their numbers;
  /// tokens in another order are another point. Of several candidates a rest point joins the nearest, starting with the lowest
  /// energy, so that the outcome does not depend on the order of the starts but for their numbers.
  ///
  /// ```swift
  /// let starts = Tokens(Tensor.normal([200, 1, 64], using: &random))
  /// for minimum in descent.basins(of: starts).minima { print(minimum.energy, minimum.share) }
  /// ```
  ///
  /// - Parameters:
  ///   - starts: x of the starts, one an example.
  ///   - tolerance: How far rest points of one minimum may lie apart.
  ///   - allowed: The longest |P dF/dg| that counts as rest.
  /// - Cost: The descent, and a comparison of each rest point with each minimum.
  public func basins(
    of starts: Tokens<Scalar>, tolerance: Double = 1e-3, residual allowed: Double = 1e-4
  ) -> Basins<Scalar> {
    require(tolerance > 0 && allowed > 0, "a tolerance of \(tolerance) and a residual of \(allowed)")
    let result = run(from: starts)
    let landscape = EnergyLandscape(of: self)
    let rest = Tokens(result.tokens.values.detached, mask: result.tokens.mask)
    let energies = landscape.energies(at: rest).elements.map(Double.init)
    let residuals = landscape.residualLengths(at: rest)
    let activations = result.activations.values.exampleRows
    let settled = energies.indices.filter { residuals[$0] <= allowed && energies[$0].isFinite }
    let clusters = clusters(of: settled, energies: energies, activations: activations, tolerance: tolerance)
    var minimumOfStart = [Int?](repeating: nil, count: energies.count)
    for (place, cluster) in clusters.enumerated() {
      for start in cluster { minimumOfStart[start] = place }
    }
    let minima = clusters.map { cluster in
      ReachedMinimum(
        tokens: rest.examples(cluster[0]..<cluster[0] + 1), energy: energies[cluster[0]],
        residual: residuals[cluster[0]], starts: cluster.sorted(),
        share: Double(cluster.count) / Double(energies.count))
    }
    return Basins(
      minima: minima, minimumOfStart: minimumOfStart, residuals: residuals, stopReason: result.stopReason)
  }

  /// Groups of rest points that are one, each with its lowest first, of rising energy.
  private func clusters(
    of settled: [Int], energies: [Double], activations: [[Double]], tolerance: Double
  ) -> [[Int]] {
    var clusters: [[Int]] = []
    for point in settled.sorted(by: { (energies[$0], $0) < (energies[$1], $1) }) {
      let distances = clusters.map { cluster in
        let difference = activations[point].minus(activations[cluster[0]])
        return difference.length / Double(Swift.max(difference.count, 1)).squareRoot()
      }
      if let nearest = distances.indices.min(by: { distances[$0] < distances[$1] }),
        distances[nearest] <= tolerance
      {
        clusters[nearest].append(point)
      } else {
        clusters.append([point])
      }
    }
    return clusters
  }
}
