/// A path of pivots, the ends first and last, as plain numbers.
struct BandPath: Sendable {
  /// The points, each of the same size.
  private(set) var points: [[Double]]
  /// What share of the length each gap between neighbours keeps; they add up to 1.
  private(set) var shares: [Double]

  /// A path through points, two at least, whose gaps keep their present shares of the length.
  init(through points: [[Double]]) {
    self.points = points
    shares = Self.shares(of: points)
  }

  /// The straight line between two points with `count` pivots between, equally far apart.
  init(from a: [Double], to b: [Double], count: Int) {
    let points = (0...count + 1).map { index in
      Self.mixture(a, b, Double(index) / Double(count + 1))
    }
    self.points = points
    shares = Array(repeating: 1 / Double(count + 1), count: count + 1)
  }

  private static func shares(of points: [[Double]]) -> [Double] {
    let gaps = gaps(of: points)
    let length = gaps.reduce(0, +)
    return gaps.map { length > 0 ? $0 / length : 1 / Double(gaps.count) }
  }

  static func mixture(_ a: [Double], _ b: [Double], _ share: Double) -> [Double] {
    zip(a, b).map { (1 - share) * $0 + share * $1 }
  }

  private static func gaps(of points: [[Double]]) -> [Double] {
    zip(points.dropFirst(), points).map { $0.minus($1).length }
  }

  /// The distances between neighbours.
  var gaps: [Double] { Self.gaps(of: points) }
  /// The length through all pivots.
  var length: Double { gaps.reduce(0, +) }
  /// The pivots between the ends.
  var interior: Range<Int> { 1..<points.count - 1 }

  mutating func replace(_ points: [[Double]]) { self.points = points }

  /// The direction of the path at a pivot, of length 1: to the higher neighbour, and at an extremum the mean of both sides weighted
  /// by the differences of energy.
  ///
  /// - Source: Henkelman and Jónsson 2000, equations 8 to 11.
  func tangent(at index: Int, energies: [Double]) -> [Double] {
    let ahead = points[index + 1].minus(points[index])
    let behind = points[index].minus(points[index - 1])
    let (before, here, after) = (energies[index - 1], energies[index], energies[index + 1])
    let weights: (ahead: Double, behind: Double)
    if after > here && here > before {
      weights = (1, 0)
    } else if after < here && here < before {
      weights = (0, 1)
    } else {
      let changes = (abs(after - here), abs(before - here))
      let (larger, smaller) = (Swift.max(changes.0, changes.1), Swift.min(changes.0, changes.1))
      weights = after > before ? (larger, smaller) : (smaller, larger)
    }
    // Where all three energies agree no side is higher.
    let isLevel = weights.ahead == 0 && weights.behind == 0
    var sum = ahead.map { $0 * (isLevel ? 1 : weights.ahead) }
    sum.add(isLevel ? 1 : weights.behind, behind)
    return sum.normalized
  }

  /// Puts pivots back to their shares of the length, along the straight lines between them. A pivot that is kept stays where it is,
  /// and the two sides of it are put right by themselves.
  mutating func redistribute(keeping kept: Int?) {
    let stops = [0] + (kept.map { [$0] } ?? []) + [points.count - 1]
    var moved = points
    for (first, last) in zip(stops, stops.dropFirst()) {
      let part = Array(points[first...last])
      let gaps = Self.gaps(of: part)
      let length = gaps.reduce(0, +)
      let wanted = Array(shares[first..<last])
      let total = wanted.reduce(0, +)
      guard length > 0, total > 0 else { continue }
      var (gap, start, target) = (0, 0.0, 0.0)
      for index in 1..<Swift.max(part.count - 1, 1) {
        target += wanted[index - 1] / total * length
        while gap < gaps.count - 1 && start + gaps[gap] < target {
          start += gaps[gap]
          gap += 1
        }
        let share = gaps[gap] > 0 ? Swift.min((target - start) / gaps[gap], 1) : 0
        moved[first + index] = Self.mixture(part[gap], part[gap + 1], share)
      }
    }
    points = moved
  }

  /// The points at equal steps between each two pivots, and how far along the gap each lies.
  func pointsBetween(_ count: Int) -> [[[Double]]] {
    zip(points, points.dropFirst()).map { a, b in
      (0..<count).map { Self.mixture(a, b, Double($0 + 1) / Double(count + 1)) }
    }
  }

  /// Puts a pivot into each of some gaps, a share of the way along it, and splits the gap's share of the length.
  mutating func insert(_ new: [(gap: Int, share: Double, point: [Double])]) {
    for item in new.sorted(by: { $0.gap > $1.gap }) {
      points.insert(item.point, at: item.gap + 1)
      let whole = shares[item.gap]
      shares[item.gap] = whole * item.share
      shares.insert(whole * (1 - item.share), at: item.gap + 1)
    }
  }
}

extension [Double] {
  /// The same direction with length 1; unchanged where all are 0.
  var normalized: [Double] {
    let length = length
    return length > 0 ? map { $0 / length } : self
  }
}
