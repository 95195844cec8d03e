import Tensors

/// The passes of attention over the pairs of a pattern, each on all cores.
///
/// Queries mix the keys they see, row by row; keys mix the queries that see them, over the transposed pattern, with
/// weights that are computed again from the log sums. Every row is written by one thread: nothing depends on how many
/// there are.
///
/// - Cost: 4 heads size operations a pair for each pass and twice that for a move; memory for log sums and means, three
///   numbers a node and head.
struct NeighbourPasses<Scalar: TensorScalar> {
  typealias Input = UnsafePointer<Scalar>
  typealias Output = UnsafeMutablePointer<Scalar>

  /// Queries and keys, or their moves, of the nodes, rows `row` apart.
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

  private var kernels: NeighbourKernels<Scalar> { Scalar.kernels.neighbours }
  private var work: Int { 4 * headCount * size }

  /// Answers to queries, log sums in two parts [nodes, heads, 2] and the energies of nodes, without their sign.
  func attend(
    _ rows: Rows, answers: Output, row: Int, logSums: Output, energies: UnsafeMutablePointer<Double>
  ) {
    overQueries(rows, moves: nil) { kernels.attend($0, $1, answers, row, logSums, energies) }
  }

  /// Answers to keys.
  func answerKeys(_ rows: Rows, logSums: Input, answers: Output, row: Int) {
    overKeys(rows, moves: nil) { kernels.answer($0, $1, logSums, answers, row) }
  }

  /// Changes of the answers to queries; means [nodes, heads] are written, gradients of beta [nodes, heads] added to.
  func moveQueries(
    _ rows: Rows, _ moves: Rows, answers: Input, row: Int, logSums: Input, means: Output, changes: Output,
    ofBeta: UnsafeMutablePointer<Double>?
  ) {
    overQueries(rows, moves: moves) {
      kernels.moveQueries($0, $1, answers, row, logSums, means, changes, ofBeta)
    }
  }

  /// Changes of the answers to keys; gradients of the terms, in the order of columns, are added to.
  func moveKeys(
    _ rows: Rows, _ moves: Rows, logSums: Input, means: Input, changes: Output, row: Int, ofTerms: Output?
  ) {
    overKeys(rows, moves: moves) { kernels.moveKeys($0, $1, logSums, means, changes, row, ofTerms) }
  }

  private func overQueries(
    _ rows: Rows, moves: Rows?, _ body: (NeighbourCall<Scalar>, Range<Int>) -> Void
  ) {
    forEachRange(
      pattern.byRow, (rows.queries, rows.keys), (moves?.queries, moves?.keys), row: rows.row, terms?.byRow,
      body)
  }

  private func overKeys(
    _ rows: Rows, moves: Rows?, _ body: (NeighbourCall<Scalar>, Range<Int>) -> Void
  ) {
    forEachRange(
      pattern.byColumn, (rows.keys, rows.queries), (moves?.keys, moves?.queries), row: rows.row,
      terms?.byColumn,
      body)
  }

  private func forEachRange(
    _ pairs: CompressedSparseRows, _ sides: (own: Input, other: Input), _ moves: (own: Input?, other: Input?),
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
            ownMove: moves.own, otherMove: moves.other, terms: terms.map { UnsafePointer($0.pointer) },
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
