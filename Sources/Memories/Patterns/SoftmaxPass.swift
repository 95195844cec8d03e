import Foundation
import Tensors

/// The softmax mixture of all patterns and the log of the sum, from one pass with a running sum of exponentials.
///
/// A block of scores is turned into a softmax of its own; its mixture joins that of the blocks before with the weights
/// that the blocks' sums have in both. The largest score and the sum of e^(score - largest) are kept apart: in their log
/// sum a large score would round the sum away. No score of another block is kept, and nothing overflows. Where a score is
/// NaN or +infinity, or all are -infinity, mixture and log of the sum are NaN.
///
/// - Cost: 4 N D operations per query; half of it without mixtures.
struct SoftmaxPass<Scalar: TensorScalar> {
  private let pass: PatternPass<Scalar>
  private let count: Int
  // For each segment and query.
  private let mixtures: Storage<Scalar>?
  private let tops: Storage<Double>
  private let totals: Storage<Double>

  /// sum_mu softmax(beta x·xi)_mu xi_mu, [states, dimension]; nil unless asked for.
  var means: Tensor<Scalar>? {
    mixtures.map { mixtures in
      Tensor(shape: [count, pass.dimension]) {
        $0.update(from: mixtures.pointer, count: count * pass.dimension)
      }
    }
  }
  /// log sum_mu e^(beta x·xi_mu) for each state.
  var logSum: [Double] { (0..<count).map { tops.pointer[$0] + log(totals.pointer[$0]) } }

  /// A pass for the rows of `states`, [states, dimension].
  init(_ pass: PatternPass<Scalar>, states: Tensor<Scalar>, beta: Scalar, mixes: Bool) {
    self.pass = pass
    count = states.shape[0]
    let slots = pass.segments.count * count
    tops = Storage(count: slots)
    totals = Storage(count: slots)
    mixtures = mixes ? .zeros(slots * pass.dimension) : nil
    for slot in 0..<slots { (tops.pointer[slot], totals.pointer[slot]) = (-.infinity, 0) }
    states.withElements { elements in
      guard let start = elements.baseAddress else { return }
      pass.forEachPiece(queryCount: count) { segment, queries in
        run(segment, queries, start + queries.lowerBound * pass.dimension, beta)
      }
    }
    joinSegments()
    for query in 0..<count where tops.pointer[query] == -.infinity { leaveNothing(query) }
  }

  /// A state all of whose scores are -infinity has no weights.
  private func leaveNothing(_ query: Int) {
    totals.pointer[query] = .nan
    mixtures.map { ($0.pointer + query * pass.dimension).update(repeating: .nan, count: pass.dimension) }
  }

  private func run(_ segment: Int, _ queries: Range<Int>, _ states: UnsafePointer<Scalar>, _ beta: Scalar) {
    let scores = Storage<Scalar>(count: queries.count * pass.blockLength)
    let largest = Storage<Scalar>(count: queries.count)
    let largestWeights = Storage<Scalar>(count: queries.count)
    let mixture = mixtures.map { _ in Storage<Scalar>(count: queries.count * pass.dimension) }
    pass.forEachBlock(of: segment) { rows, patterns in
      pass.multiply(
        states, count: queries.count, patterns: patterns, patternCount: rows.count, scale: beta,
        to: scores.pointer, row: rows.count)
      Scalar.kernels.maximum(
        outer: queries.count, reduced: rows.count, inner: 1, x: scores.pointer, y: largest.pointer)
      // A row's softmax may be written over its scores. The largest weight is 1 over the sum.
      Scalar.kernels.softmax(
        rows: queries.count, columns: rows.count, scale: 1, x: scores.pointer, weights: scores.pointer,
        logSums: nil)
      Scalar.kernels.maximum(
        outer: queries.count, reduced: rows.count, inner: 1, x: scores.pointer, y: largestWeights.pointer)
      if let mixture {
        pass.mix(
          scores.pointer, row: rows.count, count: queries.count, patterns: patterns,
          patternCount: rows.count, keep: 0, to: mixture.pointer)
      }
      for query in 0..<queries.count {
        join(
          segment * count + queries.lowerBound + query, top: Double(largest.pointer[query]),
          total: 1 / Double(largestWeights.pointer[query]),
          mixture.map { UnsafePointer($0.pointer + query * pass.dimension) })
      }
    }
  }

  /// Adds the result of some of the patterns to a slot.
  private func join(_ slot: Int, top: Double, total: Double, _ mixture: UnsafePointer<Scalar>?) {
    // All of its scores are -infinity: it adds nothing.
    if top == -.infinity { return }
    let larger = max(tops.pointer[slot], top)
    let (before, added) = (
      totals.pointer[slot] * exp(tops.pointer[slot] - larger), total * exp(top - larger)
    )
    let both = before + added
    if let mixtures, let mixture {
      let sum = mixtures.pointer + slot * pass.dimension
      Scalar.kernels.combine(
        count: pass.dimension, a: Scalar(before / both), x: sum, b: Scalar(added / both), y: mixture, z: sum)
    }
    (tops.pointer[slot], totals.pointer[slot]) = (larger, both)
  }

  private func joinSegments() {
    if pass.segments.count == 1 { return }
    Parallelism.forRanges(count, grain: 16) { queries in
      for query in queries {
        for segment in 1..<pass.segments.count {
          let slot = segment * count + query
          join(
            query, top: tops.pointer[slot], total: totals.pointer[slot],
            mixtures.map { UnsafePointer($0.pointer + slot * pass.dimension) })
        }
      }
    }
  }
}
