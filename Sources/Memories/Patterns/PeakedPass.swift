import Foundation
import Tensors

/// Softmax mixtures of queries for which few patterns matter.
///
/// One pass over the patterns keeps the largest score of every 16. Only where that is within reach of the
/// largest of all are patterns looked at again, scored, weighed and mixed. The reach is log(16 N / u) with u
/// the rounding of 1: what lies below it is all together less than a 16th of a rounding of the sum, so the
/// result is that of all patterns. A query for which too many matter is left to ``SoftmaxPass``.
///
/// - Cost: 2 N D operations per query and one number in memory for 16 patterns.
struct PeakedPass<Scalar: TensorScalar> {
  /// What was found for a query.
  struct Mixture {
    /// log sum_mu e^(beta x·xi_mu).
    let logSum: Double
    /// sum_mu softmax(beta x·xi)_mu xi_mu; empty unless asked for.
    let mean: [Scalar]
    /// The patterns within reach, and their scores.
    let candidates: [PatternCandidate]

    /// Their weights.
    var weights: [PatternWeight] {
      candidates.map { PatternWeight(pattern: $0.pattern, weight: exp($0.score - logSum)) }
    }
  }

  private let pass: PatternPass<Scalar>
  private let beta: Scalar
  private let reach: Double
  private static var groupLength: Int { 16 }
  /// At most one pattern of so many may matter.
  private static var sparseness: Int { 32 }

  init(_ pass: PatternPass<Scalar>, beta: Scalar) {
    (self.pass, self.beta) = (pass, beta)
    reach = log(16 * Double(max(1, pass.patternCount)) / Double(Scalar.ulpOfOne))
  }

  /// Groups of patterns; those of a block are its rows j, j + stride, j + 2 stride, …
  private var groupCount: Int { blockCount * stride }
  private var blockCount: Int { (pass.patternCount + pass.blockLength - 1) / pass.blockLength }
  private var stride: Int { pass.blockLength / Self.groupLength }

  /// How many queries may be asked at once, so that what is kept for them fits into memory.
  var queriesAtOnce: Int { max(64, (1 << 24) / max(1, groupCount)) }

  /// Which rows of `states` may have few patterns that matter: scores must be able to spread beyond the reach.
  ///
  /// Norms of patterns are taken from the first block. A wrong answer costs time alone.
  func mayBePeaked(_ states: Tensor<Scalar>) -> [Bool] {
    let dimension = pass.dimension
    if pass.patternCount < 2 * pass.blockLength {
      return [Bool](repeating: false, count: states.shape[0])
    }
    var largest = 0.0
    pass.source.withRows(0..<pass.blockLength) { rows in
      for row in 0..<pass.blockLength {
        let start = rows + row * dimension
        largest = max(largest, Scalar.kernels.dot(count: dimension, start, start))
      }
    }
    return states.withElements { elements in
      guard let start = elements.baseAddress else { return [] }
      return (0..<states.shape[0]).map { row in
        let state = start + row * dimension
        let square = Scalar.kernels.dot(count: dimension, state, state)
        return 2 * Double(beta) * (square * largest).squareRoot() > reach
      }
    }
  }

  /// The mixture of each row of `states`, [states, dimension]; nil where too many patterns matter.
  func run(_ states: Tensor<Scalar>, mixes: Bool) -> [Mixture?] {
    let (count, groups) = (states.shape[0], groupCount)
    let largest = Storage<Scalar>(count: count * groups)
    return states.withElements { elements in
      guard let start = elements.baseAddress else { return [] }
      pass.forEachPiece(queryCount: count) { segment, queries in
        keepLargest(segment, queries, start + queries.lowerBound * pass.dimension, in: largest)
      }
      return Parallelism.map(count) { query in
        mixture(start + query * pass.dimension, largest.pointer + query * groups, mixes)
      }
    }
  }

  private func keepLargest(
    _ segment: Int, _ queries: Range<Int>, _ states: UnsafePointer<Scalar>, in largest: Storage<Scalar>
  ) {
    let (length, stride, groups) = (pass.blockLength, stride, groupCount)
    let scores = Storage<Scalar>(count: queries.count * length)
    pass.forEachBlock(of: segment) { rows, patterns in
      pass.multiply(
        states, count: queries.count, patterns: patterns, patternCount: rows.count, scale: beta,
        to: scores.pointer, row: length)
      let first = rows.lowerBound / length * stride
      for (index, query) in queries.enumerated() {
        let row = scores.pointer + index * length
        if rows.count < length {
          (row + rows.count).update(repeating: -.infinity, count: length - rows.count)
        }
        Scalar.kernels.maximum(
          outer: 1, reduced: Self.groupLength, inner: stride, x: row,
          y: largest.pointer + query * groups + first)
      }
    }
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  private func mixture(
    _ state: UnsafePointer<Scalar>, _ largest: UnsafePointer<Scalar>, _ mixes: Bool
  ) -> Mixture? {
    let groups = groupCount
    var top: Scalar = 0
    Scalar.kernels.maximum(outer: 1, reduced: groups, inner: 1, x: largest, y: &top)
    guard top.isFinite else { return nil }
    // Scores round differently when they are measured again.
    let bound = Scalar(Double(top) - reach) - abs(top) * Scalar(pass.dimension) * Scalar.ulpOfOne
    var near: [Int] = []
    for group in 0..<groups where largest[group] >= bound {
      near.append(group)
      if near.count * Self.groupLength * Self.sparseness > pass.patternCount { return nil }
    }
    return mixture(of: candidates(state, near, bound), mixes)
  }

  /// The patterns of some groups that are within the bound, in order of groups, and their scores.
  private func candidates(
    _ state: UnsafePointer<Scalar>, _ groups: [Int], _ bound: Scalar
  ) -> [PatternCandidate] {
    var found: [PatternCandidate] = []
    for group in groups {
      let first = group / stride * pass.blockLength + group % stride
      for index in 0..<Self.groupLength {
        let pattern = first + index * stride
        if pattern >= pass.patternCount { break }
        pass.source.withRows(pattern..<pattern + 1) { row in
          let score = Double(beta) * Scalar.kernels.dot(count: pass.dimension, state, row)
          if score >= Double(bound) { found.append(PatternCandidate(pattern: pattern, score: score)) }
        }
      }
    }
    return found
  }

  private func mixture(of candidates: [PatternCandidate], _ mixes: Bool) -> Mixture? {
    guard let top = candidates.map(\.score).max() else { return nil }
    let sum = candidates.reduce(0) { $0 + exp($1.score - top) }
    if !mixes { return Mixture(logSum: top + log(sum), mean: [], candidates: candidates) }
    var mean = [Scalar](repeating: 0, count: pass.dimension)
    for candidate in candidates {
      let weight = Scalar(exp(candidate.score - top) / sum)
      pass.source.withRows(candidate.pattern..<candidate.pattern + 1) {
        Scalar.kernels.accumulate(count: pass.dimension, scale: weight, x: $0, y: &mean)
      }
    }
    return Mixture(logSum: top + log(sum), mean: mean, candidates: candidates)
  }
}
