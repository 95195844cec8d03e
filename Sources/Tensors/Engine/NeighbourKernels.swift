import CKernels

/// Attention over the pairs of a pattern as the kernels see it.
///
/// `own` has a row of numbers for each row of the pattern, `other` for each column: queries and keys, or keys and
/// queries over the transposed pattern. Heads are neighbouring blocks of `size` numbers, whole vectors.
package struct NeighbourCall<Scalar> {
  package var headCount: Int, size: Int, row: Int, pairCount: Int
  package var starts: UnsafePointer<Int>, columns: UnsafePointer<Int32>
  package var beta: UnsafePointer<Scalar>
  package var own: UnsafePointer<Scalar>, other: UnsafePointer<Scalar>
  package var ownMove: UnsafePointer<Scalar>?, otherMove: UnsafePointer<Scalar>?
  /// [heads or 1, pairs], added to the scores, and the numbers from one head's terms to the next.
  package var terms: UnsafePointer<Scalar>?, headTerms: Int

  package init(
    headCount: Int, size: Int, row: Int, pairCount: Int, starts: UnsafePointer<Int>,
    columns: UnsafePointer<Int32>, beta: UnsafePointer<Scalar>, own: UnsafePointer<Scalar>,
    other: UnsafePointer<Scalar>, ownMove: UnsafePointer<Scalar>?, otherMove: UnsafePointer<Scalar>?,
    terms: UnsafePointer<Scalar>?, headTerms: Int
  ) {
    (self.headCount, self.size, self.row, self.pairCount) = (headCount, size, row, pairCount)
    (self.starts, self.columns, self.beta) = (starts, columns, beta)
    (self.own, self.other, self.ownMove, self.otherMove) = (own, other, ownMove, otherMove)
    (self.terms, self.headTerms) = (terms, headTerms)
  }

  fileprivate var c: et_neighbours {
    et_neighbours(
      heads: headCount, size: size, row: row, pairs: pairCount, starts: starts, columns: columns, beta: beta,
      own: own, other: other, own_move: ownMove, other_move: otherMove, terms: terms, head_terms: headTerms)
  }
}

/// The kernels of attention over neighbours for one scalar type. Each row is computed by itself, so that ranges of rows
/// may be cut anywhere.
package final class NeighbourKernels<Scalar>: Sendable {
  package typealias Input = UnsafePointer<Scalar>
  package typealias Output = UnsafeMutablePointer<Scalar>
  package typealias Sums = UnsafeMutablePointer<Double>

  /// call, queries, answers to them and their row, log sums in two parts [rows, heads, 2], energies of rows without their sign.
  package let attend: @Sendable (NeighbourCall<Scalar>, Range<Int>, Output, Int, Output, Sums) -> Void
  /// call, keys, log sums, answers to keys and their row.
  package let answer: @Sendable (NeighbourCall<Scalar>, Range<Int>, Input, Output, Int) -> Void
  /// call, queries, answers to them and their row, log sums, means of moves, changes, gradients of beta [rows, heads].
  package let moveQueries:
    @Sendable (NeighbourCall<Scalar>, Range<Int>, Input, Int, Input, Output, Output, Sums?) -> Void
  /// call, keys, log sums, means of moves, changes and their row, gradients of the terms.
  package let moveKeys:
    @Sendable (NeighbourCall<Scalar>, Range<Int>, Input, Input, Output, Int, Output?) -> Void

  init(
    attend: @escaping @Sendable (NeighbourCall<Scalar>, Range<Int>, Output, Int, Output, Sums) -> Void,
    answer: @escaping @Sendable (NeighbourCall<Scalar>, Range<Int>, Input, Output, Int) -> Void,
    moveQueries:
      @escaping @Sendable (NeighbourCall<Scalar>, Range<Int>, Input, Int, Input, Output, Output, Sums?) ->
      Void,
    moveKeys:
      @escaping @Sendable (NeighbourCall<Scalar>, Range<Int>, Input, Input, Output, Int, Output?) -> Void
  ) {
    (self.attend, self.answer) = (attend, answer)
    (self.moveQueries, self.moveKeys) = (moveQueries, moveKeys)
  }
}

extension CompressedSparseRows {
  /// Calls `body` with ranges of rows on several threads, each row once, the ranges holding about equally many pairs.
  /// For work whose result does not depend on where the cuts are.
  ///
  /// - Parameter work: Operations a pair.
  package func forRowRanges(work: Int, _ body: (Range<Int>) -> Void) {
    forRows(rowStarts, batch: 1, work: work) { body($1) }
  }
}

extension Float {
  static let neighbourKernels = NeighbourKernels<Float>(
    attend: { call, rows, ofQueries, row, logSums, energies in
      withUnsafePointer(to: call.c) {
        et_neighbours_attend_f32($0, rows.lowerBound, rows.count, ofQueries, row, logSums, energies)
      }
    },
    answer: { call, rows, logSums, ofKeys, row in
      withUnsafePointer(to: call.c) {
        et_neighbours_answer_f32($0, rows.lowerBound, rows.count, logSums, ofKeys, row)
      }
    },
    moveQueries: { call, rows, answers, row, logSums, means, changes, ofBeta in
      withUnsafePointer(to: call.c) {
        et_neighbours_move_queries_f32(
          $0, rows.lowerBound, rows.count, answers, row, logSums, means, changes, ofBeta)
      }
    },
    moveKeys: { call, rows, logSums, means, changes, row, ofTerms in
      withUnsafePointer(to: call.c) {
        et_neighbours_move_keys_f32($0, rows.lowerBound, rows.count, logSums, means, changes, row, ofTerms)
      }
    })
}

extension Double {
  static let neighbourKernels = NeighbourKernels<Double>(
    attend: { call, rows, ofQueries, row, logSums, energies in
      withUnsafePointer(to: call.c) {
        et_neighbours_attend_f64($0, rows.lowerBound, rows.count, ofQueries, row, logSums, energies)
      }
    },
    answer: { call, rows, logSums, ofKeys, row in
      withUnsafePointer(to: call.c) {
        et_neighbours_answer_f64($0, rows.lowerBound, rows.count, logSums, ofKeys, row)
      }
    },
    moveQueries: { call, rows, answers, row, logSums, means, changes, ofBeta in
      withUnsafePointer(to: call.c) {
        et_neighbours_move_queries_f64(
          $0, rows.lowerBound, rows.count, answers, row, logSums, means, changes, ofBeta)
      }
    },
    moveKeys: { call, rows, logSums, means, changes, row, ofTerms in
      withUnsafePointer(to: call.c) {
        et_neighbours_move_keys_f64($0, rows.lowerBound, rows.count, logSums, means, changes, row, ofTerms)
      }
    })
}
