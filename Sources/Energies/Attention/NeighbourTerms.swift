import Tensors

/// The edge terms of a graph for the pairs of a pattern, in the order of its rows and in that of its columns, so that
/// both passes read them one after the other.
struct NeighbourTerms<Scalar: TensorScalar> {
  /// [heads or 1, pairs of the pattern]; 0 for pairs that are not of the graph.
  let byRow: Tensor<Scalar>, byColumn: Tensor<Scalar>
  private let pattern: SparsePattern
  private let graphPairs: [Int32]?

  /// Terms [heads or 1, pairs of the graph] for a pattern; `graphPairs` is as in `Neighbourhoods`.
  init(_ terms: Tensor<Scalar>, _ pattern: SparsePattern, graphPairs: [Int32]?) {
    self.pattern = pattern
    self.graphPairs = graphPairs
    byRow = graphPairs.map { Self.taken(terms, $0) } ?? terms.detached
    byColumn = Self.taken(byRow, pattern.places)
  }

  var headCount: Int { byRow.shape[0] }
  /// Numbers from one head's terms to the next; 0 where heads share them.
  var headStride: Int { headCount == 1 ? 0 : pattern.pairCount }

  private static func taken(_ terms: Tensor<Scalar>, _ places: [Int32]) -> Tensor<Scalar> {
    let (heads, from, count) = (terms.shape[0], terms.shape[1], places.count)
    return Tensor(shape: [heads, count]) { out in
      terms.withElements { source in
        places.withUnsafeBufferPointer { places in
          for head in 0..<heads {
            for index in 0..<count {
              let place = Int(places[index])
              out[head * count + index] = place < 0 ? 0 : source[head * from + place]
            }
          }
        }
      }
    }
  }

  /// Adds gradients in the order of columns, [heads or 1, pairs of the pattern], to those of the graph's terms.
  func addGradients(
    _ gradients: UnsafePointer<Scalar>, to sums: UnsafeMutablePointer<Scalar>, graphPairCount: Int
  ) {
    let count = pattern.pairCount
    for head in 0..<headCount {
      for index in 0..<count {
        let pair = Int(pattern.places[index])
        let place = graphPairs.map { Int($0[pair]) } ?? pair
        if place >= 0 { sums[head * graphPairCount + place] += gradients[head * count + index] }
      }
    }
  }
}
