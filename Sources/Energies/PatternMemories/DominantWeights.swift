package import Tensors

/// How many of some weights matter: the least number of them that make 90 % of their sum.
///
/// - Source: Ramsauer et al. 2021, section 3, which classes attention heads by it.
package enum DominantWeights {
  /// The share of the sum that the weights that matter make.
  package static var share: Double { 0.9 }

  /// The least number of weights that make 90 % of the sum.
  ///
  /// - Cost: In proportion to the number of weights, by partitioning around pivots: no sort of all weights.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  package static func count<Scalar: TensorScalar>(_ row: UnsafeBufferPointer<Scalar>) -> Int {
    var rest = row.map { Double($0) }
    var needed = share * rest.reduce(0, +)
    var found = 0
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
      found += larger.count
      needed -= largerSum
      // Rounding of sums must not ask for one weight more.
      let wanted = pivot > 0 ? (needed / pivot - 1e-6).rounded(.up) : 0
      if wanted <= Double(equal) { return max(1, found + Int(max(0, wanted))) }
      found += equal
      needed -= Double(equal) * pivot
      rest = smaller
    }
    return max(1, found)
  }

  private static func middle(_ a: Double, _ b: Double, _ c: Double) -> Double {
    max(min(a, b), min(max(a, b), c))
  }
}
