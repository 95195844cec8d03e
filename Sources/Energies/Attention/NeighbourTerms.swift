import Tensors

/// The edge terms of a graph for the pairs of a pattern, in the order of its rows and in that of its columns, so that
/// both passes read them one after the other.
struct NeighbourTerms<Scalar: TensorScalar> {
  /// [heads or 1, pairs of the pattern]; 0 for pairs that are not of the graph. Kernels read whole vectors: there is
  /// memory behind.
  let byRow: Storage<Scalar>, byColumn: Storage<Scalar>
  let headCount: Int
  private let pattern: SparsePattern
  private let graphPairs: [Int32]?

  /// Terms [heads or 1, pairs of the graph] for a pattern; `graphPairs` is as in `Neighbourhoods`.
  init(_ terms: Tensor<Scalar>, _ pattern: SparsePattern, graphPairs: [Int32]?) {
    self.pattern = pattern
    self.graphPairs = graphPairs
    headCount = terms.shape[0]
    let (heads, from) = (terms.shape[0], terms.shape[1])
    (byRow, byColumn) = terms.withElements { terms in
      guard let terms = terms.baseAddress else { return (Storage(count: 64), Storage(count: 64)) }
      let all = graphPairs ?? (0..<Int32(from)).map { $0 }
      let byRow = Self.taken(terms, all, heads: heads, from: from)
      return (byRow, Self.taken(byRow.pointer, pattern.indicesByRow, heads: heads, from: all.count))
    }
  }

  /// The number of terms.
  var count: Int { headCount * pattern.pairCount }
  /// Numbers from one head's terms to the next; 0 where heads share them.
  var headStride: Int { headCount == 1 ? 0 : pattern.pairCount }

  private static func taken(
    _ terms: UnsafePointer<Scalar>, _ pairs: [Int32], heads: Int, from: Int
  ) -> Storage<Scalar> {
    let found = Storage<Scalar>(count: heads * pairs.count + 64)
    pairs.withUnsafeBufferPointer { pairs in
      for head in 0..<heads {
        let (source, out) = (terms + head * from, found.pointer + head * pairs.count)
        for index in pairs.indices {
          let pair = Int(pairs[index])
          out[index] = pair < 0 ? 0 : source[pair]
        }
      }
    }
    return found
  }

  /// Adds gradients in the order of columns, [heads or 1, pairs of the pattern], to those of the graph's terms.
  func addGradients(
    _ gradients: UnsafePointer<Scalar>, to sums: UnsafeMutablePointer<Scalar>, graphPairCount: Int
  ) {
    let count = pattern.pairCount
    for head in 0..<headCount {
      for index in 0..<count {
        let pair = Int(pattern.indicesByRow[index])
        let graphPair = graphPairs.map { Int($0[pair]) } ?? pair
        if graphPair >= 0 { sums[head * graphPairCount + graphPair] += gradients[head * count + index] }
      }
    }
  }
}
