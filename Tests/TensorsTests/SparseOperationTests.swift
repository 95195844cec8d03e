import Foundation
import Tensors
import TestSupport
import Testing

/// Operations over the pairs of a pattern against sums over all pairs, and their derivatives against differences.
struct SparseOperationTests {
  private static let batches = [[], [2], [1]]

  private func check<Scalar: TensorScalar>(
    _ actual: Tensor<Scalar>, _ expected: Tensor<Double>, _ tolerance: Double, _ comment: String
  ) {
    expectClose(actual: actual, expected: expected, relative: tolerance, absolute: tolerance, comment)
  }

  /// The rows and columns of the pairs in their order.
  private func ends(_ pattern: SparsePattern) -> [(row: Int, column: Int)] {
    zip(pattern.byRow.rows, pattern.byRow.columns).map { (Int($0), Int($1)) }
  }

  private func values<Scalar: TensorScalar>(_ data: SparseCase, _ type: Scalar.Type, _ tolerance: Double) {
    let pattern = data.pattern
    let (pairs, ends) = (pattern.pairCount, ends(pattern))
    let (heads, size) = (3, 5)
    for lead in Self.batches {
      let a = normalTensor(lead + [data.rowCount, heads * size], seed: 1, as: type)
      let b = normalTensor(lead + [data.columnCount, heads * size], seed: 2, as: type)
      let w = normalTensor(lead + [heads, pairs], seed: 3, as: type)
      let y = normalTensor(lead + [pairs, size], seed: 4, as: type)
      let (ra, rb, rw, ry) = (Reader(a), Reader(b), Reader(w), Reader(y))
      let scores = tensor(lead + [heads, pairs]) { at in
        let (batch, head, pair) = (Array(at.dropLast(2)), at[at.count - 2], at[at.count - 1])
        return (0..<size).map { index in
          ra[batch + [ends[pair].row, head * size + index]]
            * rb[batch + [ends[pair].column, head * size + index]]
        }.total
      }
      check(a.pairScores(b, over: pattern, headCount: heads), scores, tolerance, "scores \(lead)")
      for transposed in [false, true] {
        let count = transposed ? data.columnCount : data.rowCount
        let mixed = tensor(lead + [count, heads * size]) { at in
          let (batch, node, index) = (Array(at.dropLast(2)), at[at.count - 2], at[at.count - 1])
          return (0..<pairs).filter { (transposed ? ends[$0].column : ends[$0].row) == node }.map { pair in
            rw[batch + [index / size, pair]]
              * (transposed ? ra[batch + [ends[pair].row, index]] : rb[batch + [ends[pair].column, index]])
          }.total
        }
        check(
          w.pairMixture(transposed ? a : b, over: pattern, transposed: transposed), mixed, tolerance,
          "mixture \(lead) \(transposed)")
      }
      for end in PairEnd.allCases {
        let (source, reader) = end == .row ? (a, ra) : (b, rb)
        let gathered = tensor(lead + [pairs, heads * size]) { at in
          let pair = ends[at[at.count - 2]]
          return reader[at.dropLast(2) + [end == .row ? pair.row : pair.column, at[at.count - 1]]]
        }
        check(source.gathered(end, of: pattern), gathered, 0, "gathered \(end)")
        let sums = tensor(lead + [end == .row ? data.rowCount : data.columnCount, size]) { at in
          (0..<pairs).filter { (end == .row ? ends[$0].row : ends[$0].column) == at[at.count - 2] }.map {
            ry[at.dropLast(2) + [$0, at[at.count - 1]]]
          }.total
        }
        check(y.pairSums(end, of: pattern), sums, tolerance, "sums \(end)")
      }
      let weights = tensor(lead + [heads, pairs]) { at in
        let front = Array(at.dropLast())
        let row = (0..<pairs).filter { ends[$0].row == ends[at[at.count - 1]].row }
        return exp(rw[at]) / row.map { exp(rw[front + [$0]]) }.total
      }
      check(w.pairSoftmax(over: pattern), weights, tolerance, "softmax \(lead)")
    }
  }

  @Test("scores, mixtures, gathers, sums and softmax are their definitions", arguments: SparseCase.all)
  func values(of data: SparseCase) {
    values(data, Double.self, 1e-13)
    values(data, Float.self, 3e-6)
  }

  @Test("first and second derivatives match finite differences", arguments: SparseCase.all.prefix(2))
  func derivatives(of data: SparseCase) throws {
    let pattern = data.pattern
    let (heads, size) = (2, 2)
    for lead in [[], [2]] {
      let a = normalTensor(lead + [data.rowCount, heads * size], seed: 1)
      let b = normalTensor(lead + [data.columnCount, heads * size], seed: 2)
      let w = normalTensor(lead + [heads, data.pattern.pairCount], seed: 3)
      try expectDerivativesMatchFiniteDifferences(at: [a, b], "scores") {
        $0[0].pairScores($0[1], over: pattern, headCount: heads)
      }
      try expectDerivativesMatchFiniteDifferences(at: [w, b], "mixture") {
        $0[0].pairMixture($0[1], over: pattern)
      }
      try expectDerivativesMatchFiniteDifferences(at: [w, a], "transposed mixture") {
        $0[0].pairMixture($0[1], over: pattern, transposed: true)
      }
      try expectDerivativesMatchFiniteDifferences(at: [w], "softmax") { $0[0].pairSoftmax(over: pattern) }
      for end in PairEnd.allCases {
        try expectDerivativesMatchFiniteDifferences(at: [end == .row ? a : b], "gathered") {
          $0[0].gathered(end, of: pattern).tanh().pairSums(end, of: pattern)
        }
      }
    }
  }

  @Test("a whole layer of attention over pairs, differentiated twice")
  func attention() throws {
    let pattern = SparsePattern(
      CompressedSparseRows(
        rowCount: 4, columnCount: 4, rows: [0, 0, 0, 1, 1, 3], columns: [1, 1, 0, 2, 0, 3]))
    let points = (0..<3).map { normalTensor([2, 4, 6], seed: 30 + UInt64($0)) }
    try expectDerivativesMatchFiniteDifferences(at: points, relative: 1e-7) {
      $0[0].pairScores($0[1], over: pattern, headCount: 3).pairSoftmax(over: pattern)
        .pairMixture($0[2], over: pattern)
    }
  }

  @Test("softmax of rows: weights add up to 1, -infinity gets 0, a row of it zeros, huge scores no NaN")
  func softmaxExtremes() {
    let pattern = SparsePattern(
      CompressedSparseRows(rowStarts: [0, 2, 2, 5, 7], columns: [0, 1, 1, 2, 2, 0, 1], columnCount: 3))
    let infinite = Float.infinity
    let scores = Tensor<Float>(shape: [1, 7], elements: [3e4, -3e4, 1, -infinite, 1, -infinite, -infinite])
    #expect(scores.pairSoftmax(over: pattern).elements == [1, 0, 0.5, 0, 0.5, 0, 0])
    let finite = normalTensor([2, 7], seed: 6)
    let sums = finite.pairSoftmax(over: pattern).reshaped([2, 7, 1]).pairSums(.row, of: pattern)
    expectClose(
      actual: sums.reshaped([2, 4]), expected: Tensor(shape: [2, 4], elements: [1, 0, 1, 1, 1, 0, 1, 1]),
      relative: 1e-15, absolute: 1e-15)
    let slope = gradient(at: scores) { ($0.pairSoftmax(over: pattern) * $0.detached.tanh()).sum() }
    #expect(slope.isFinite)
  }

  @Test("rows that do not fit the pattern stop the program with their shapes")
  func wrongShapes() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let rows = CompressedSparseRows(rowStarts: [0, 1, 1], columns: [2], columnCount: 3)
      _ = Tensor<Float>.zeros([2, 4]).pairScores(.zeros([4, 4]), over: SparsePattern(rows), headCount: 2)
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("[2, 4]") && message.contains("[4, 4]"))
    await #expect(processExitsWith: .failure) {
      let rows = CompressedSparseRows(rowStarts: [0, 1, 1], columns: [2], columnCount: 3)
      _ = Tensor<Float>.zeros([2, 5]).pairSoftmax(over: SparsePattern(rows))
    }
  }
}
