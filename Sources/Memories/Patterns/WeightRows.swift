import Energies
import Tensors

/// What is reported of the weights of all patterns for a query.
enum WeightRows {
  /// The smallest number of weights that add up to 90 %, of falling weights that add up to 1.
  static func dominantCount(_ falling: [PatternWeight]) -> Int {
    var needed = DominantWeights.share
    for (index, share) in falling.enumerated() {
      needed -= share.weight
      // Rounding of sums must not ask for one weight more.
      if needed <= 1e-6 * share.weight { return index + 1 }
    }
    return max(1, falling.count)
  }

  /// Weights by falling size, equal ones by index.
  static func falling(_ weights: [PatternWeight]) -> [PatternWeight] {
    weights.sorted { ($0.weight, $1.pattern) > ($1.weight, $0.pattern) }
  }

  /// The largest weights above 0, at most `limit`, falling; equal ones by index.
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
      let position = found.lastIndex { $0.weight >= weight }.map { $0 + 1 } ?? 0
      found.insert(PatternWeight(pattern: index, weight: weight), at: position)
      if found.count > limit { found.removeLast() }
      if found.count == limit { bound = found[limit - 1].weight }
    }
    return found
  }
}
