import Tensors

/// The passes of attention over the pairs of a pattern, each on all cores.
///
/// Queries mix the keys they see, row by row; keys mix the queries that see them, over the transposed pattern, with
/// weights that are computed again from the log sums. Every row is written by one thread: nothing depends on how many
/// there are.
///
/// - Cost: 4 heads size operations a pair for each pass and twice that for tangents; memory for log sums and means, three
///   numbers a node and head.
struct NeighbourPasses<Scalar: TensorScalar> {
  typealias Input = UnsafePointer<Scalar>
  typealias Output = UnsafeMutablePointer<Scalar>

  /// Queries and keys, or their tangents, of the nodes, rows `row` apart.
  struct Rows {
    let queries: Input, keys: Input
    let row: Int
  }

  let pattern: SparsePattern
  /// Numbers of a head: whole vectors.
  let headCount: Int, size: Int
  /// [heads]
  let beta: Tensor<Scalar>
  let terms: NeighbourTerms<Scalar>?

  private var kernels: any Kernels<Scalar>.Type { Scalar.kernels }
  private var work: Int { 4 * headCount * size }

  /// Answers to queries, log sums in two parts [nodes, heads, 2] and the energies of nodes, without their sign.
  func attend(
    _ rows: Rows, answers: Output, row: Int, logSums: Output, energies: UnsafeMutablePointer<Double>
  ) {
    overQueries(rows, along: nil) {
      kernels.attendNeighbours(
        $0, rows: $1, ofQueries: answers, rowOut: row, logSums: logSums, energies: energies)
    }
  }

  /// Answers to keys.
  func answerKeys(_ rows: Rows, logSums: Input, answers: Output, row: Int) {
    overKeys(rows, along: nil) {
      kernels.answerNeighbours($0, rows: $1, logSums: logSums, ofKeys: answers, rowOut: row)
    }
  }

  /// Tangents of the answers to queries along those of queries and keys; means [nodes, heads] are written, gradients of
  /// beta [nodes, heads] added to.
  func queryTangents(
    _ rows: Rows, along directions: Rows, answers: Input, row: Int, logSums: Input, means: Output,
    tangents: Output, ofBeta: UnsafeMutablePointer<Double>?
  ) {
    overQueries(rows, along: directions) {
      kernels.neighbourQueryTangents(
        $0, rows: $1, ofQueries: answers, rowOut: row, logSums: logSums, means: means, tangents: tangents,
        ofBeta: ofBeta)
    }
  }

  /// Tangents of the answers to keys; gradients of the terms, in the order of columns, are added to.
  func keyTangents(
    _ rows: Rows, along directions: Rows, logSums: Input, means: Input, tangents: Output, row: Int,
    ofTerms: Output?
  ) {
    overKeys(rows, along: directions) {
      kernels.neighbourKeyTangents(
        $0, rows: $1, logSums: logSums, means: means, tangents: tangents, rowOut: row, ofTerms: ofTerms)
    }
  }

  private func overQueries(
    _ rows: Rows, along directions: Rows?, _ body: (NeighbourCall<Scalar>, Range<Int>) -> Void
  ) {
    forEachRange(
      pattern.byRow, (rows.queries, rows.keys), (directions?.queries, directions?.keys), row: rows.row,
      terms?.byRow,
      body)
  }

  private func overKeys(
    _ rows: Rows, along directions: Rows?, _ body: (NeighbourCall<Scalar>, Range<Int>) -> Void
  ) {
    forEachRange(
      pattern.byColumn, (rows.keys, rows.queries), (directions?.keys, directions?.queries), row: rows.row,
      terms?.byColumn,
      body)
  }

  private func forEachRange(
    _ pairs: CompressedSparseRows, _ sides: (own: Input, other: Input),
    _ tangents: (own: Input?, other: Input?),
    row: Int, _ terms: Storage<Scalar>?, _ body: (NeighbourCall<Scalar>, Range<Int>) -> Void
  ) {
    pairs.rowStarts.withUnsafeBufferPointer { starts in
      pairs.columns.withUnsafeBufferPointer { columns in
        beta.withElements { beta in
          // Of a pattern without pairs no column is read.
          guard let starts = starts.baseAddress, let beta = beta.baseAddress else { return }
          let call = NeighbourCall<Scalar>(
            headCount: headCount, size: size, row: row, pairCount: pairs.pairCount, starts: starts,
            columns: columns.baseAddress ?? Self.noColumns, beta: beta, own: sides.own, other: sides.other,
            ownTangent: tangents.own, otherTangent: tangents.other,
            terms: terms.map { UnsafePointer($0.pointer) },
            headTerms: self.terms?.headStride ?? 0)
          nonisolated(unsafe) let shared = call
          pairs.forRowRanges(work: work) { body(shared, $0) }
        }
      }
    }
  }

  private static var noColumns: UnsafePointer<Int32> {
    UnsafePointer(bitPattern: MemoryLayout<Int32>.alignment).unsafelyUnwrapped
  }
}
