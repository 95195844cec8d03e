import Foundation
import Tensors

/// The softmax mixture of all patterns and the log of the sum, from one pass with a running log sum exp.
///
/// A block of scores is turned into a softmax of its own; its mixture joins that of the blocks before with
/// the weights e^(log sum of each - log sum of both). No score of another block is kept, and nothing
/// overflows. Where a score is NaN or +infinity, or all are -infinity, mixture and log of the sum are NaN.
///
/// - Cost: 4 N D operations a query; half of it without mixtures.
struct SoftmaxPass<Scalar: TensorScalar> {
  private let pass: PatternPass<Scalar>
  private let count: Int
  // For each segment and query.
  private let mixtures: Storage<Scalar>?
  private let logSums: Storage<Double>

  /// sum_mu softmax(beta x·xi)_mu xi_mu, [states, dimension]; nil unless asked for.
  var means: Tensor<Scalar>? {
    mixtures.map { mixtures in
      Tensor(shape: [count, pass.dimension]) {
        $0.update(from: mixtures.pointer, count: count * pass.dimension)
      }
    }
  }
  /// log sum_mu e^(beta x·xi_mu) for each state.
  var logSum: [Double] { (0..<count).map { logSums.pointer[$0] } }

  /// A pass for the rows of `states`, [states, dimension].
  init(_ pass: PatternPass<Scalar>, states: Tensor<Scalar>, beta: Scalar, mixes: Bool) {
    self.pass = pass
    count = states.shape[0]
    let places = pass.segments.count * count
    logSums = Storage(count: places)
    mixtures = mixes ? .zeros(places * pass.dimension) : nil
    for place in 0..<places { logSums.pointer[place] = -.infinity }
    states.withElements { elements in
      guard let start = elements.baseAddress else { return }
      pass.forEachPiece(queryCount: count) { segment, queries in
        run(segment, queries, start + queries.lowerBound * pass.dimension, beta)
      }
    }
    joinSegments()
    for query in 0..<count where logSums.pointer[query] == -.infinity { leaveNothing(query) }
  }

  /// A state all of whose scores are -infinity has no weights.
  private func leaveNothing(_ query: Int) {
    logSums.pointer[query] = .nan
    mixtures.map { ($0.pointer + query * pass.dimension).update(repeating: .nan, count: pass.dimension) }
  }

  private func run(_ segment: Int, _ queries: Range<Int>, _ states: UnsafePointer<Scalar>, _ beta: Scalar) {
    let scores = Storage<Scalar>(count: queries.count * pass.blockLength)
    let logs = Storage<Scalar>(count: queries.count)
    let mixture = mixtures.map { _ in Storage<Scalar>(count: queries.count * pass.dimension) }
    pass.forEachBlock(of: segment) { rows, patterns in
      pass.multiply(
        states, count: queries.count, patterns: patterns, patternCount: rows.count, scale: beta,
        to: scores.pointer, row: rows.count)
      // A row's softmax may be written over its scores.
      Scalar.kernels.softmax(queries.count, rows.count, 1, scores.pointer, scores.pointer, logs.pointer)
      if let mixture {
        pass.mix(
          scores.pointer, row: rows.count, count: queries.count, patterns: patterns,
          patternCount: rows.count, keep: 0, to: mixture.pointer)
      }
      for query in 0..<queries.count {
        join(
          segment * count + queries.lowerBound + query, Double(logs.pointer[query]),
          mixture.map { UnsafePointer($0.pointer + query * pass.dimension) })
      }
    }
  }

  /// Adds what a part of the patterns gave to a place.
  private func join(_ place: Int, _ logSum: Double, _ mixture: UnsafePointer<Scalar>?) {
    // All of its scores are -infinity: it adds nothing.
    if logSum == -.infinity { return }
    let before = logSums.pointer[place]
    let larger = max(before, logSum)
    let both = larger + log(exp(before - larger) + exp(logSum - larger))
    if let mixtures, let mixture {
      let sum = mixtures.pointer + place * pass.dimension
      Scalar.kernels.combine(
        pass.dimension, Scalar(exp(before - both)), sum, Scalar(exp(logSum - both)), mixture, sum)
    }
    logSums.pointer[place] = both
  }

  private func joinSegments() {
    if pass.segments.count == 1 { return }
    Parallelism.forRanges(count, grain: 16) { queries in
      for query in queries {
        for segment in 1..<pass.segments.count {
          let place = segment * count + query
          join(
            query, logSums.pointer[place],
            mixtures.map { UnsafePointer($0.pointer + place * pass.dimension) })
        }
      }
    }
  }
}
