import Tensors

/// A pattern that may have a weight, and its score.
struct PatternCandidate {
  let pattern: Int
  let score: Double
}

/// The patterns whose scores are high enough to matter, from one pass.
///
/// - Cost: 2 N D operations per query; memory for the patterns that it finds.
struct ShortlistPass<Scalar: TensorScalar> {
  /// Which scores matter.
  enum Bound {
    /// Those above the largest less this.
    case belowLargest(Double)
    /// Those above a bound for each query.
    case fixed([Double])
  }

  private let pass: PatternPass<Scalar>
  private let bound: Bound
  private let count: Int

  init(_ pass: PatternPass<Scalar>, bound: Bound, queryCount: Int) {
    (self.pass, self.bound, count) = (pass, bound, queryCount)
  }

  /// The candidates of each state, [states, dimension], by falling score and, where it is equal, by index; nil where
  /// a score is NaN or +infinity.
  ///
  /// A score is scale x·xi, less half of |xi|² if asked for.
  func run(_ states: Tensor<Scalar>, scale: Scalar, lessHalfSquares: Bool = false) -> [[PatternCandidate]?] {
    var found = [[PatternCandidate]?](repeating: [], count: pass.segments.count * count)
    found.withUnsafeMutableBufferPointer { found in
      // Each piece writes elements of its own.
      nonisolated(unsafe) let found = found
      states.withElements { elements in
        guard let start = elements.baseAddress else { return }
        pass.forEachPiece(queryCount: count) { segment, queries in
          let lists = search(
            segment, queries, start + queries.lowerBound * pass.dimension, scale, lessHalfSquares)
          for (query, list) in zip(queries, lists) { found[segment * count + query] = list }
        }
      }
    }
    return Parallelism.map(count) { query in
      joined(query, pass.segments.indices.map { found[$0 * count + query] })
    }
  }

  private func joined(_ query: Int, _ parts: [[PatternCandidate]?]) -> [PatternCandidate]? {
    if parts.contains(where: { $0 == nil }) { return nil }
    var list = parts.flatMap { $0 ?? [] }
    if case .belowLargest(let reach) = bound {
      let largest = list.reduce(-Double.infinity) { max($0, $1.score) }
      list.removeAll { $0.score - largest < -reach }
    }
    return list.sorted { ($0.score, $1.pattern) > ($1.score, $0.pattern) }
  }

  private func search(
    _ segment: Int, _ queries: Range<Int>, _ states: UnsafePointer<Scalar>, _ scale: Scalar,
    _ lessHalfSquares: Bool
  ) -> [[PatternCandidate]?] {
    let scores = Storage<Scalar>(count: queries.count * pass.blockLength)
    let tops = Storage<Scalar>(count: queries.count)
    var lists = queries.map { RunningShortlist(bound, query: $0) }
    pass.forEachBlock(of: segment) { rows, patterns in
      pass.multiply(
        states, count: queries.count, patterns: patterns, patternCount: rows.count, scale: scale,
        to: scores.pointer, row: rows.count)
      if lessHalfSquares { subtractHalfSquares(patterns, rows.count, scores.pointer, queries.count) }
      Scalar.kernels.maximum(
        outer: queries.count, reduced: rows.count, inner: 1, x: scores.pointer, y: tops.pointer)
      for query in lists.indices where lists[query].matters(Double(tops.pointer[query])) {
        lists[query].add(scores.pointer + query * rows.count, count: rows.count, from: rows.lowerBound)
      }
    }
    return lists.map { $0.isFinite ? $0.candidates : nil }
  }

  private func subtractHalfSquares(
    _ patterns: UnsafePointer<Scalar>, _ rows: Int, _ scores: UnsafeMutablePointer<Scalar>, _ queries: Int
  ) {
    let halves = Storage<Scalar>(count: rows)
    for row in 0..<rows {
      let pattern = patterns + row * pass.dimension
      halves.pointer[row] = Scalar(Scalar.kernels.dot(count: pass.dimension, pattern, pattern) / 2)
    }
    for query in 0..<queries {
      Scalar.kernels.accumulate(count: rows, scale: -1, x: halves.pointer, y: scores + query * rows)
    }
  }
}

/// The candidates of one query so far.
private struct RunningShortlist {
  private(set) var candidates: [PatternCandidate] = []
  /// Whether no score so far is NaN or +infinity.
  private(set) var isFinite = true
  private let reach: Double?
  private var bound: Double
  private var pruned = 64

  init<Scalar: TensorScalar>(_ bound: ShortlistPass<Scalar>.Bound, query: Int) {
    switch bound {
    case .belowLargest(let reach): (self.reach, self.bound) = (reach, -.infinity)
    case .fixed(let bounds): (reach, self.bound) = (nil, bounds[query])
    }
  }

  /// Whether a block with this largest score has candidates; raises the bound to what follows from it.
  mutating func matters(_ largest: Double) -> Bool {
    // The largest score of a block is NaN if one of them is.
    guard largest < .infinity else {
      isFinite = false
      return false
    }
    // The next number below: a large score less the reach may round to the score.
    if let reach { bound = max(bound, (largest - reach).nextDown) }
    return largest > bound
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  mutating func add<Scalar: TensorScalar>(_ scores: UnsafePointer<Scalar>, count: Int, from first: Int) {
    let bound = bound
    for index in 0..<count where Double(scores[index]) > bound {
      candidates.append(PatternCandidate(pattern: first + index, score: Double(scores[index])))
    }
    if reach != nil && candidates.count > pruned {
      candidates.removeAll { $0.score <= bound }
      pruned = max(64, 2 * candidates.count)
    }
  }
}
