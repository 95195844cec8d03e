import Tensors
import TestSupport
import Testing

/// Sparse matrices against dense ones, segments against loops, and the bits against the number of threads.
@Suite(.serialized)
struct SparseMatrixTests {
  private func matrix<Scalar: TensorScalar>(
    _ data: SparseCase, weighted: Bool, _ type: Scalar.Type
  ) -> SparseMatrix<Scalar> {
    let pattern = data.pattern
    let weights = normalTensor([pattern.pairCount], seed: 9, as: type).elements
    return SparseMatrix(pattern, weights: weighted ? weights : nil)
  }

  @Test("products equal those of the dense matrix, batches and transposes too", arguments: SparseCase.all)
  func products(of data: SparseCase) {
    func check<Scalar: TensorScalar>(_ type: Scalar.Type, _ tolerance: Double) {
      for weighted in [false, true] {
        let matrix = matrix(data, weighted: weighted, type)
        let dense = matrix.dense
        for transposed in [false, true] {
          let rows = transposed ? data.rowCount : data.columnCount
          let x = normalTensor([2, rows, 7], seed: 10, as: type)
          let expected = Tensor.concatenated([dense.reshaped([1] + dense.shape)], axis: 0)
            .matrixProduct(x, transposed: transposed)
          expectClose(
            actual: matrix.product(x, transposed: transposed), expected: expected, relative: tolerance,
            absolute: 5 * tolerance)
          let one = x.sliced(axis: 0, 1..<2).reshaped([rows, 7])
          expectClose(
            actual: matrix.product(one, transposed: transposed),
            expected: dense.matrixProduct(one, transposed: transposed), relative: tolerance,
            absolute: 5 * tolerance)
        }
      }
    }
    check(Double.self, 1e-13)
    check(Float.self, 2e-6)
  }

  @Test("the dense matrix adds up the weights of repeated pairs")
  func dense() {
    let pattern = SparsePattern(
      CompressedSparseRows(rowStarts: [0, 3, 3, 4], columns: [1, 0, 1, 1], columnCount: 2))
    let matrix = SparseMatrix<Double>(pattern, weights: [1, 2, 4, 8])
    #expect(matrix.dense.elements == [2, 5, 0, 0, 0, 8])
    #expect(SparseMatrix<Double>(pattern).dense.elements == [1, 2, 0, 0, 0, 1])
    #expect(
      SparseMatrix<Double>.means(pattern).dense.elements == [1.0 / 3, 2.0 / 3, 0, 0, 0, 1])
  }

  @Test("derivatives of products of both orders", arguments: [false, true])
  func derivatives(transposed: Bool) throws {
    let data = SparseCase.all[0]
    let matrix = matrix(data, weighted: true, Double.self)
    let rows = transposed ? data.rowCount : data.columnCount
    for lead in [[], [2]] {
      try expectDerivativesMatchFiniteDifferences(at: [normalTensor(lead + [rows, 3], seed: 11)]) {
        matrix.product($0[0].tanh(), transposed: transposed)
      }
    }
  }

  @Test("segment sums and means of graphs laid one after the other, an empty one among them")
  func segments() throws {
    let starts = [0, 2, 2, 5, 6]
    let x = normalTensor([2, 6, 3], seed: 12)
    let reader = Reader(x)
    func expected(_ divides: Bool) -> Tensor<Double> {
      tensor([2, 4, 3]) { at in
        let rows = starts[at[1]]..<starts[at[1] + 1]
        return rows.map { reader[[at[0], $0, at[2]]] }.total / (divides ? Double(max(1, rows.count)) : 1)
      }
    }
    expectClose(actual: x.segmentSum(starts), expected: expected(false), relative: 1e-14)
    expectClose(actual: x.segmentMean(starts), expected: expected(true), relative: 1e-14)
    let single = x.sliced(axis: 0, 0..<1).reshaped([6, 3])
    expectClose(
      actual: single.segmentMean(starts),
      expected: expected(true).sliced(axis: 0, 0..<1).reshaped([4, 3]), relative: 1e-14)
    let spread = normalTensor([4, 3], seed: 13)
    #expect(
      spread.repeatedOverSegments(starts).elements == spread.gathered([0, 0, 2, 2, 2, 3], axis: 0).elements)
    try expectDerivativesMatchFiniteDifferences(at: [x]) { $0[0].squared().segmentMean(starts).tanh() }
    try expectDerivativesMatchFiniteDifferences(at: [spread]) { $0[0].tanh().repeatedOverSegments(starts) }
  }

  @Test("self pairs are added where they lack, once; given pairs and self loops count as often as given")
  func selfPairs() {
    let rows = CompressedSparseRows(
      rowCount: 5, columnCount: 5, rows: [0, 2, 0, 3, 0, 4, 4, 4], columns: [3, 2, 1, 0, 1, 4, 2, 4])
    let found = rows.addingSelfPairs()
    #expect((0..<5).map { Array(found.columns(of: $0)) } == [[0, 1, 1, 3], [1], [2], [0, 3], [2, 4, 4]])
    #expect(found.addingSelfPairs() == found)
  }

  @Test("1, 2 and 5 threads give the same bits, forward and backward")
  func threads() {
    let pattern = SparseCase.random(rowCount: 1_501, columnCount: 1_300, pairs: 20_000, seed: 14).pattern
    let q = normalTensor([2, 1_501, 24], seed: 15, as: Float.self)
    let kv = normalTensor([2, 1_300, 24], seed: 16, as: Float.self)
    let starts = [0, 700, 701, 1_501]
    func results() -> [[Float]] {
      let scores = q.pairScores(kv, over: pattern, headCount: 3)
      let outputs = [
        scores, scores.pairSoftmax(over: pattern), scores.pairMixture(kv, over: pattern),
        scores.pairMixture(q, over: pattern, transposed: true), kv.gathered(.column, of: pattern),
        kv.gathered(.column, of: pattern).pairSums(.row, of: pattern), q.segmentMean(starts),
        SparseMatrix<Float>.means(pattern).product(kv),
        SparseMatrix<Float>(pattern).product(q, transposed: true),
      ]
      let found = valueWithGradients(at: [q, kv]) { inputs in
        inputs[0].pairScores(inputs[1], over: pattern, headCount: 3).pairSoftmax(over: pattern)
          .pairMixture(inputs[1], over: pattern).squared().sum()
      }
      return (outputs + found.gradients).map(\.elements)
    }
    let before = Parallelism.threadCount
    defer { Parallelism.threadCount = before }
    Parallelism.threadCount = 1
    let expected = results()
    #expect(expected.allSatisfy { $0.allSatisfy(\.isFinite) })
    for count in [2, 5] {
      Parallelism.threadCount = count
      #expect(results() == expected, "\(count) threads")
    }
  }
}
