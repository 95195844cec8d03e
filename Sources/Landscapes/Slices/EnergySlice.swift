public import Dynamics
public import Energies
import Foundations
import Tensors

/// The energies of a landscape on a grid of a plane.
public struct EnergySlice: Sendable {
  /// The first coordinates of the columns.
  public let columns: [Double]
  /// The second coordinates of the rows.
  public let rows: [Double]
  /// F, `energies[row][column]`.
  public let energies: [[Double]]
}

extension EnergyLandscape {
  /// F on a grid of a plane through tokens. Under a layer norm a point of the plane stands for the point of the sphere in its
  /// direction, since F knows no other.
  ///
  /// - Parameters:
  ///   - plane: The plane.
  ///   - columns: The first coordinates, one a column.
  ///   - rows: The second coordinates, one a row.
  ///   - chunk: How many points the energy sees at once.
  /// - Cost: An energy for each point.
  public func slice(
    _ plane: TokenPlane<Scalar>, columns: [Double], rows: [Double], chunk: Int = 256
  ) -> EnergySlice {
    require(chunk > 0 && !columns.isEmpty && !rows.isEmpty, "a slice has points, and sees some at once")
    require(
      moves.map { $0.shape[0] == 1 } ?? true, "held numbers of a batch: take example(_:) of the landscape")
    let points = rows.flatMap { row in columns.map { (first: $0, second: row) } }
    var energies: [Double] = []
    for start in stride(from: 0, to: points.count, by: chunk) {
      let part = points[start..<Swift.min(start + chunk, points.count)].map {
        plane.point($0.first, $0.second)
      }
      let x = tokens(part, like: plane.origin)
      energies += self.energies(at: x).elements.map(Double.init)
    }
    return EnergySlice(
      columns: columns, rows: rows,
      energies: rows.indices.map { Array(energies[$0 * columns.count..<($0 + 1) * columns.count]) })
  }
}

extension TokenPlane {
  /// The coordinates of every state of a recorded descent, for each example: before the first step, as often as was recorded, and
  /// after the last.
  ///
  /// - Parameters:
  ///   - trajectory: With states, from `recording: [.states(every: …)]`.
  ///   - lagrangian: Puts states in the middle of what it does not see first, without which a descent under a layer norm runs out
  ///     of every picture; plainly when nil.
  public func coordinates(
    of trajectory: Trajectory<Scalar>, retractedBy lagrangian: (any Lagrangian<Scalar>)? = nil
  ) -> [[(first: Double, second: Double)]] {
    require(
      !trajectory.states.isEmpty, "no states were recorded: run(from: …, recording: [.states(every: 1)])")
    let places = trajectory.states.map { state in
      let values = lagrangian.map { $0.retracted(Tokens(state.tokens)).values } ?? state.tokens
      return coordinates(of: values)
    }
    return places[0].indices.map { example in places.map { $0[example] } }
  }
}
