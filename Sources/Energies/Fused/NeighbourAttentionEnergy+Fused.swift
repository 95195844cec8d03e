package import Tensors

extension NeighbourAttentionEnergy: FusedEnergy {
  /// Heads are padded to whole vectors, as their kernels read them.
  package var projections: [ProjectionMatrix<Scalar>] {
    [queryWeights, keyWeights].map {
      ProjectionMatrix(paddedWeights($0.detached), width: headCount * paddedKeySize, isTransposed: true)
    }
  }

  package var answersInPlace: Bool { false }

  package var projectionsApart: Bool { true }

  package func isForEachExample(_ context: Tensor<Scalar>) -> Bool { false }

  package func accepts(batch: Int, tokenCount: Int, dimension: Int) -> Bool {
    dimension == self.dimension && keyWeights.shape == queryWeights.shape && beta.shape == [headCount]
      && tokenCount == neighbourhoods.nodeCount && edgeTermsFit
  }

  package func part(for rows: TokenRows) -> any FusedPart<Scalar> { NeighbourPart(self, rows) }
}

/// Attention over neighbours at work on some rows of nodes; kept are the log sums of each row and head.
private final class NeighbourPart<Scalar: TensorScalar>: FusedPart {
  private let energy: NeighbourAttentionEnergy<Scalar>
  private let rows: TokenRows
  private let kernels = Scalar.kernels
  private let size: Int
  /// One for all examples, or with padding one for each.
  private let passes: [NeighbourPasses<Scalar>]
  private let energies: UnsafeMutablePointer<Double>
  /// Of each row and head, made when they are first needed.
  private var means: Storage<Scalar>?
  private var ofBeta: [Double] = []
  /// Of each example's pairs in the order of columns.
  private var ofTerms: [Storage<Scalar>] = []

  let keptCount: Int

  init(_ energy: NeighbourAttentionEnergy<Scalar>, _ rows: TokenRows) {
    self.energy = energy
    self.rows = rows
    size = energy.paddedKeySize
    keptCount = 2 * rows.count * energy.headCount
    energies = .allocate(capacity: rows.count)
    let all = energy.neighbourhoods
    guard rows.positions != nil else {
      passes = [energy.passes(all.pattern, graphPairs: all.graphPairs)]
      return
    }
    passes = (0..<rows.examples.count).map { example in
      var numbers = [Int32](repeating: -1, count: all.nodeCount)
      for (number, position) in rows.positions(of: example).enumerated() { numbers[position] = Int32(number) }
      let found = all.restricted(to: numbers, count: rows.count(of: example))
      return energy.passes(found.pattern, graphPairs: found.graphPairs)
    }
  }

  deinit { energies.deallocate() }

  private var headCount: Int { energy.headCount }
  private var width: Int { headCount * size }

  private func forEachExample(_ body: (_ example: Int, _ row: Int, NeighbourPasses<Scalar>) -> Void) {
    for example in 0..<rows.examples.count where rows.count(of: example) > 0 {
      body(example, rows.starts[example], passes[passes.count == 1 ? 0 : example])
    }
  }

  private func sides(_ work: FusedRows<Scalar>, from row: Int) -> NeighbourPasses<Scalar>.Rows {
    let queries = work.projections + row * work.projectionRow
    return .init(queries: queries, keys: queries + work.matrixStride, row: work.projectionRow)
  }

  func answer(
    _ work: FusedRows<Scalar>, kept: UnsafeMutablePointer<Scalar>, energies: UnsafeMutablePointer<Double>
  ) {
    forEachExample { example, row, passes in
      let (at, logSums) = (sides(work, from: row), kept + 2 * row * headCount)
      let answers = work.answers + row * work.row
      passes.attend(at, answers: answers, row: work.row, logSums: logSums, energies: self.energies + row)
      passes.answerKeys(at, logSums: logSums, answers: answers + width, row: work.row)
      for index in row..<row + rows.count(of: example) { energies[example] -= self.energies[index] }
    }
  }

  func answerTangents(
    _ work: FusedRows<Scalar>, kept: UnsafeMutablePointer<Scalar>, tangents: FusedRows<Scalar>
  ) {
    prepareTangents()
    guard let means else { return }
    ofBeta.withUnsafeMutableBufferPointer { ofBeta in
      let ofBeta = ofBeta.baseAddress
      forEachExample { example, row, passes in
        let (at, along) = (sides(work, from: row), sides(tangents, from: row))
        let (logSums, means) = (kept + 2 * row * headCount, means.pointer + row * headCount)
        let found = tangents.answers + row * work.row
        passes.queryTangents(
          at, along: along, answers: work.answers + row * work.row, row: work.row, logSums: logSums,
          means: means, tangents: found, ofBeta: energy.learnsBeta ? ofBeta.map { $0 + row * headCount } : nil
        )
        passes.keyTangents(
          at, along: along, logSums: logSums, means: means, tangents: found + width, row: work.row,
          ofTerms: ofTerms.isEmpty ? nil : ofTerms[ofTerms.count == 1 ? 0 : example].pointer)
      }
    }
  }

  private func prepareTangents() {
    if means != nil { return }
    means = Storage(count: rows.count * headCount)
    if energy.learnsBeta { ofBeta = Array(repeating: 0, count: rows.count * headCount) }
    ofTerms = passes.compactMap(\.terms).map { .zeros($0.count) }
  }

  @specialized(where Scalar == Float)
  func addMatrixGradients(
    of range: Range<Int>, _ work: FusedRows<Scalar>, tangents: FusedRows<Scalar>,
    _ tokens: FusedDirection<Scalar>, to sums: [UnsafeMutablePointer<Scalar>]
  ) {
    let (panel, dimension, keySize) = (kernels.panelWidth(), energy.dimension, energy.keySize)
    let first = range.lowerBound
    // Wq and Wk are stored with a row a projected number, without padding: r'ᵀ g + rᵀ w head by head.
    Parallelism.spread(2 * headCount, grain: 1) { heads in
      for index in heads {
        func term(_ a: UnsafeMutablePointer<Scalar>, _ b: UnsafePointer<Scalar>) -> ProductFactors<Scalar> {
          ProductFactors(
            columns: a + first * work.row + index * size, stride: work.row, plain: b + first * tokens.row,
            strideB: tokens.row, panelWidth: panel, depth: range.count)
        }
        kernels.product(
          rows: keySize, columns: dimension, term(tangents.answers, tokens.activations),
          plus: term(work.answers, tokens.direction), scale: 1, keep: 1,
          c: sums[index / headCount] + index % headCount * keySize * dimension, rowC: dimension)
      }
    }
  }

  func addOtherGradients(to sums: [UnsafeMutablePointer<Scalar>]) {
    for (index, value) in ofBeta.enumerated() { sums[2][index % headCount] += Scalar(value) }
    for (gradients, passes) in zip(ofTerms, passes) {
      passes.terms?.addGradients(
        gradients.pointer, to: sums[energy.learnsBeta ? 3 : 2],
        graphPairCount: energy.neighbourhoods.graph.pairCount)
    }
    // A part may go through several ways back: each begins anew.
    (means, ofBeta, ofTerms) = (nil, [], [])
  }
}
