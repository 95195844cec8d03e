import Tensors

/// What is told of the weights of all patterns for a query.
enum WeightRows {
  static var dominantShare: Double { 0.9 }

  /// The least number of weights that make 90 % of the sum, by partitioning around pivots: no sort of all
  /// weights.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  static func dominantCount<Scalar: TensorScalar>(_ row: UnsafeBufferPointer<Scalar>) -> Int {
    var rest = row.map { Double($0) }
    var needed = dominantShare * rest.reduce(0, +)
    var count = 0
    while !rest.isEmpty {
      let pivot = middle(rest[0], rest[rest.count / 2], rest[rest.count - 1])
      var (larger, smaller): ([Double], [Double]) = ([], [])
      var (largerSum, equal) = (0.0, 0)
      for weight in rest {
        if weight > pivot {
          larger.append(weight)
          largerSum += weight
        } else if weight < pivot {
          smaller.append(weight)
        } else {
          equal += 1
        }
      }
      if largerSum >= needed && !larger.isEmpty {
        rest = larger
        continue
      }
      count += larger.count
      needed -= largerSum
      // Rounding of sums must not ask for one weight more.
      let wanted = pivot > 0 ? (needed / pivot - 1e-6).rounded(.up) : 0
      if wanted <= Double(equal) { return max(1, count + Int(max(0, wanted))) }
      count += equal
      needed -= Double(equal) * pivot
      rest = smaller
    }
    return max(1, count)
  }

  /// The least number of weights that make 90 %, of weights that fall and add up to 1.
  static func dominantCount(_ falling: [PatternWeight]) -> Int {
    var needed = dominantShare
    for (index, share) in falling.enumerated() {
      needed -= share.weight
      // Rounding of sums must not ask for one weight more.
      if needed <= 1e-6 * share.weight { return index + 1 }
    }
    return max(1, falling.count)
  }

  /// Weights by falling size, equal ones by place.
  static func falling(_ weights: [PatternWeight]) -> [PatternWeight] {
    weights.sorted { ($0.weight, $1.pattern) > ($1.weight, $0.pattern) }
  }

  private static func middle(_ a: Double, _ b: Double, _ c: Double) -> Double {
    max(min(a, b), min(max(a, b), c))
  }

  /// The largest weights above 0, at most `limit`, falling; equal ones by place.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  static func largest<Scalar: TensorScalar>(
    _ row: UnsafeBufferPointer<Scalar>, limit: Int
  ) -> [PatternWeight] {
    if limit == 0 { return [] }
    var found: [PatternWeight] = []
    if limit >= row.count {
      for index in row.indices where row[index] > 0 {
        found.append(PatternWeight(pattern: index, weight: Double(row[index])))
      }
      return falling(found)
    }
    var bound = 0.0
    for index in row.indices where Double(row[index]) > bound {
      let weight = Double(row[index])
      let place = found.lastIndex { $0.weight >= weight }.map { $0 + 1 } ?? 0
      found.insert(PatternWeight(pattern: index, weight: weight), at: place)
      if found.count > limit { found.removeLast() }
      if found.count == limit { bound = found[limit - 1].weight }
    }
    return found
  }
}
