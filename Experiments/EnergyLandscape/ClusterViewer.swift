import EnergyTransformer
import Foundation
import Kit
import Reporting

/// Descents on the landscape of the two clusters, to step through: the energy of the plane with the points in it, and their energies.
struct ClusterViewer {
  let network: TwoClusters
  let betas: [Double]

  /// Steps that are shown before the end.
  private static let steps = 11

  func viewer() throws -> StepViewer {
    let descents = betas.map(descent)
    let starts = network.plane.coordinates(of: network.picturedStarts.values)
    var viewer = StepViewer(
      "Descents on two clusters", items: betas.map(NumberText.roundTrip), itemName: "β",
      steps: (0...Self.steps).map { "\($0)" } + ["rest"],
      note:
        "Points, in the colour of the highest energy, stand where the descents are; below, the energies of some of them."
    )
    try viewer.addMaps("Energy over its lowest in the plane", descents.map { [$0.maps] })
    // Two of the inner starts and four of the outer ones.
    let followed = starts.indices.filter { $0.isMultiple(of: 3) }
    try viewer.addLines(
      "Energy",
      followed.map { index in
        let (x, y) = (starts[index].first, starts[index].second)
        return (
          "from (\(NumberText.fixed(x, digits: 2)), \(NumberText.fixed(y, digits: 2)))",
          descents.map { $0.energies[index] }
        )
      })
    return viewer
  }

  /// The descents at one inverse temperature.
  private struct Descent {
    /// By step.
    let maps: [Picture]
    /// [descent][step].
    let energies: [[Double]]
  }

  private func descent(_ beta: Double) -> Descent {
    let found = network.descent(beta).run(
      from: network.picturedStarts, recording: [.energies, .states(every: 1)]
    ).trajectory
    let last = found.states.count - 1
    // Those that rest sooner stay where they are.
    let steps = (0...Self.steps).map { min($0, last) } + [last]
    let energies = found.series(of: .total).byStep
    let slice = network.slice(beta)
    let places = network.plane.coordinates(of: found)
    return Descent(
      maps: steps.map { step in map(slice, points: places.map { $0[step] }) },
      energies: places.indices.map { index in steps.map { energies[$0][index] } })
  }

  /// The energies of the plane, the second coordinate upwards, with points in the place of some.
  private func map(_ slice: EnergySlice, points: [(first: Double, second: Double)]) -> Picture {
    let lowest = slice.energies.joined().min() ?? 0
    var rows = slice.energies.map { $0.map { $0 - lowest } }
    let highest = rows.joined().max() ?? 0
    func nearest(_ value: Double, _ axis: [Double]) -> Int {
      axis.indices.min { abs(axis[$0] - value) < abs(axis[$1] - value) } ?? 0
    }
    for point in points {
      rows[nearest(point.second, slice.rows)][nearest(point.first, slice.columns)] = highest
    }
    return Picture(width: slice.columns.count, height: rows.count, values: rows.reversed().flatMap { $0 })
  }
}

/// The plane of the states and what is drawn in it.
extension TwoClusters {
  /// The plane of all states.
  var plane: TokenPlane<Double> {
    let axes = [[1.0, 0], [0, 1]].map { Tensor<Double>(shape: [1, 1, 2], elements: $0) }
    return TokenPlane(at: Tokens(.zeros([1, 1, 2])), along: axes[0], and: axes[1])
  }

  /// The energies of the plane about both clusters.
  func slice(_ beta: Double) -> EnergySlice {
    let grid = (-30...30).map { Double($0) / 20 }
    return EnergyLandscape(of: descent(beta)).slice(plane, columns: grid, rows: grid)
  }

  /// Starts on two rings, for the pictures alone.
  var picturedStarts: Tokens<Double> {
    let places = [(0.5, 6), (1.4, 12)].flatMap { radius, count in
      (0..<count).flatMap { index -> [Double] in
        let angle = (Double(index) + 0.4) / Double(count) * 2 * Double.pi
        return [radius * cos(angle), radius * sin(angle)]
      }
    }
    return Tokens(Tensor(shape: [places.count / 2, 1, 2], elements: places))
  }
}
