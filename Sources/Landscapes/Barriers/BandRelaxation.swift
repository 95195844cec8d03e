/// A nudged elastic band at work on plain numbers.
struct BandRelaxation {
  /// The function whose path is looked for, on a set of points.
  struct Surface {
    /// The energy and its gradient along the set at each point.
    let evaluate: (_ points: [[Double]]) -> (energies: [Double], gradients: [[Double]])
    /// The energy alone.
    let energies: (_ points: [[Double]]) -> [Double]
    /// The points of the set that stand for points beside it.
    let retract: (_ points: [[Double]]) -> [[Double]]
    /// The parts of directions at points that lie along the set.
    let project: (_ directions: [[Double]], _ points: [[Double]]) -> [[Double]]
  }

  let surface: Surface
  let band: ElasticBand
  private(set) var path: BandPath
  private(set) var energies: [Double]
  private var gradients: [[Double]]
  /// The longest force across the path at the last pivots; on a climbing pivot the whole force.
  private(set) var largestForce = Double.infinity
  /// The pivot that climbed in the last round.
  private(set) var climber: Int?

  init(_ surface: Surface, band: ElasticBand, path: BandPath) {
    self.surface = surface
    self.band = band
    self.path = path
    self.path.replace(surface.retract(path.points))
    (energies, gradients) = surface.evaluate(self.path.points)
  }

  /// Relaxes the path by all rounds.
  mutating func run() {
    for round in band.rounds {
      if round.newPivots > 0 { insertPivots(round.newPivots) }
      climber = round.climbs ? highestPivot : nil
      for _ in 0..<round.steps {
        let forces = forces()
        if largestForce <= band.tolerance { break }
        move(forces, round.stepSize)
      }
    }
    _ = forces()
  }

  /// The highest pivot where it is higher than both ends.
  private var highestPivot: Int? {
    guard let top = path.interior.max(by: { energies[$0] < energies[$1] }) else { return nil }
    return energies[top] > Swift.max(energies[0], energies[energies.count - 1]) ? top : nil
  }

  /// The force on each pivot between the ends, with the springs'.
  private mutating func forces() -> [[Double]] {
    let interior = path.interior
    let directions = interior.map { path.tangent(at: $0, energies: energies) }
    let tangents = surface.project(directions, interior.map { path.points[$0] }).map(\.normalized)
    let gaps = path.gaps
    largestForce = 0
    return zip(interior, tangents).map { index, tangent in
      let gradient = gradients[index]
      let slope = gradient.dot(tangent)
      var force = gradient.map { -$0 }
      if index == climber {
        largestForce = Swift.max(largestForce, force.length)
        force.add(2 * slope, tangent)
        return force
      }
      force.add(slope, tangent)
      largestForce = Swift.max(largestForce, force.length)
      if case .springs(let stiffness) = band.spacing {
        force.add(stiffness * (gaps[index] - gaps[index - 1]), tangent)
      }
      return force
    }
  }

  private mutating func move(_ forces: [[Double]], _ stepSize: Double) {
    let gaps = path.gaps
    var points = path.points
    for (index, force) in zip(path.interior, forces) {
      let limit = Swift.min(gaps[index - 1], gaps[index]) / 2
      let distance = stepSize * force.length
      // Pivots that lie on each other must come apart.
      let isFar = limit > 0 && distance > limit
      points[index].add(isFar ? stepSize * limit / distance : stepSize, force)
    }
    path.replace(surface.retract(points))
    if band.spacing == .redistributed {
      path.redistribute(keeping: climber)
      path.replace(surface.retract(path.points))
    }
    (energies, gradients) = surface.evaluate(path.points)
  }

  /// Puts pivots where the energy between two exceeds most what lies on the line between theirs.
  private mutating func insertPivots(_ count: Int) {
    let between = Swift.max(band.pointsBetween, 1)
    let candidates = path.pointsBetween(between)
    let energies = surface.energies(surface.retract(candidates.flatMap { $0 }))
    let best = candidates.indices.map { gap -> (gap: Int, excess: Double, place: Int) in
      let excesses = (0..<between).map { place -> Double in
        let share = Double(place + 1) / Double(between + 1)
        let line = (1 - share) * self.energies[gap] + share * self.energies[gap + 1]
        return energies[gap * between + place] - line
      }
      let place = excesses.indices.max { excesses[$0] < excesses[$1] } ?? 0
      return (gap, excesses[place], place)
    }
    // Of gaps with the same excess the first; where no energy exceeds its line there is nothing to resolve.
    let chosen = best.filter { $0.excess > 0 }
      .sorted { ($1.excess, $0.gap) < ($0.excess, $1.gap) }.prefix(count)
    path.insert(
      chosen.map { item in
        (
          gap: item.gap, share: Double(item.place + 1) / Double(between + 1),
          point: candidates[item.gap][item.place]
        )
      })
    path.replace(surface.retract(path.points))
    (self.energies, gradients) = surface.evaluate(path.points)
  }
}
