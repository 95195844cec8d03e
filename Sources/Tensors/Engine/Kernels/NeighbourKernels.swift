package import CKernels

/// Kernels of attention over neighbours. Each row is computed by itself, so that ranges of rows may be cut anywhere.
package protocol NeighbourKernels<Scalar>: KernelGroup {
  /// Of rows first ..< first + count, queries: the mixture of their keys; log sum exp in two parts [rows, heads, 2], the
  /// largest score, infinity where a query sees nothing, and what the sum adds to it; and the sum over heads of
  /// log sum exp / beta.
  static func attendNeighbours(
    _ call: UnsafePointer<et_neighbours>, first: Int, count: Int, ofQueries: Output, rowOut: Int,
    logSums: Output, energies: Sums)
  /// Of keys, over the transposed pattern: the mixture of the queries that see them.
  static func answerNeighbours(
    _ call: UnsafePointer<et_neighbours>, first: Int, count: Int, logSums: Input, ofKeys: Output,
    rowOut: Int)
  /// The tangents of the answers to queries where scores have the tangents e = dQ · K + Q · dK. means [rows, heads] is the
  /// mean of e under the weights; the gradient of beta [rows, heads] is added sum w (e - mean) Q · K unless nil.
  static func neighbourQueryTangents(
    _ call: UnsafePointer<et_neighbours>, first: Int, count: Int, ofQueries: Input, rowOut: Int,
    logSums: Input, means: Output, tangents: Output, ofBeta: Sums?)
  /// The same of keys. The gradient of the terms, laid out as they are, is added w (e - mean) unless nil.
  static func neighbourKeyTangents(
    _ call: UnsafePointer<et_neighbours>, first: Int, count: Int, logSums: Input, means: Input,
    tangents: Output, rowOut: Int, ofTerms: Output?)
}

/// Attention over the pairs of a pattern as the kernels see it.
///
/// `own` has a row of numbers for each row of the pattern, `other` for each column: queries and keys, or keys and
/// queries over the transposed pattern. Heads are neighbouring blocks of `size` numbers, whole vectors.
package struct NeighbourCall<Scalar> {
  package var headCount: Int, size: Int, row: Int, pairCount: Int
  package var starts: UnsafePointer<Int>, columns: UnsafePointer<Int32>
  package var beta: UnsafePointer<Scalar>
  package var own: UnsafePointer<Scalar>, other: UnsafePointer<Scalar>
  package var ownTangent: UnsafePointer<Scalar>?, otherTangent: UnsafePointer<Scalar>?
  /// [heads or 1, pairs], added to the scores, and the numbers from one head's terms to the next.
  package var terms: UnsafePointer<Scalar>?, headTerms: Int

  package init(
    headCount: Int, size: Int, row: Int, pairCount: Int, starts: UnsafePointer<Int>,
    columns: UnsafePointer<Int32>, beta: UnsafePointer<Scalar>, own: UnsafePointer<Scalar>,
    other: UnsafePointer<Scalar>, ownTangent: UnsafePointer<Scalar>?, otherTangent: UnsafePointer<Scalar>?,
    terms: UnsafePointer<Scalar>?, headTerms: Int
  ) {
    (self.headCount, self.size, self.row, self.pairCount) = (headCount, size, row, pairCount)
    (self.starts, self.columns, self.beta) = (starts, columns, beta)
    (self.own, self.other, self.ownTangent, self.otherTangent) = (own, other, ownTangent, otherTangent)
    (self.terms, self.headTerms) = (terms, headTerms)
  }

  fileprivate var c: et_neighbours {
    et_neighbours(
      heads: headCount, size: size, row: row, pairs: pairCount, starts: starts, columns: columns, beta: beta,
      own: own, other: other, own_tangent: ownTangent, other_tangent: otherTangent, terms: terms,
      head_terms: headTerms)
  }
}

extension NeighbourKernels {
  package static func attendNeighbours(
    _ call: NeighbourCall<Scalar>, rows: Range<Int>, ofQueries: Output, rowOut: Int, logSums: Output,
    energies: Sums
  ) {
    withUnsafePointer(to: call.c) {
      attendNeighbours(
        $0, first: rows.lowerBound, count: rows.count, ofQueries: ofQueries, rowOut: rowOut,
        logSums: logSums, energies: energies)
    }
  }

  package static func answerNeighbours(
    _ call: NeighbourCall<Scalar>, rows: Range<Int>, logSums: Input, ofKeys: Output, rowOut: Int
  ) {
    withUnsafePointer(to: call.c) {
      answerNeighbours(
        $0, first: rows.lowerBound, count: rows.count, logSums: logSums, ofKeys: ofKeys, rowOut: rowOut)
    }
  }

  package static func neighbourQueryTangents(
    _ call: NeighbourCall<Scalar>, rows: Range<Int>, ofQueries: Input, rowOut: Int, logSums: Input,
    means: Output, tangents: Output, ofBeta: Sums?
  ) {
    withUnsafePointer(to: call.c) {
      neighbourQueryTangents(
        $0, first: rows.lowerBound, count: rows.count, ofQueries: ofQueries, rowOut: rowOut,
        logSums: logSums, means: means, tangents: tangents, ofBeta: ofBeta)
    }
  }

  package static func neighbourKeyTangents(
    _ call: NeighbourCall<Scalar>, rows: Range<Int>, logSums: Input, means: Input, tangents: Output,
    rowOut: Int, ofTerms: Output?
  ) {
    withUnsafePointer(to: call.c) {
      neighbourKeyTangents(
        $0, first: rows.lowerBound, count: rows.count, logSums: logSums, means: means, tangents: tangents,
        rowOut: rowOut, ofTerms: ofTerms)
    }
  }
}
