import Tensors

extension AttentionEnergy: FusedEnergy {
  package var projections: [ProjectionMatrix<Scalar>] {
    [queryWeights, keyWeights].map { ProjectionMatrix($0, width: headCount * keySize, isTransposed: true) }
  }

  package var answersInPlace: Bool { false }

  package func accepts(batch: Int, tokenCount: Int, dimension: Int) -> Bool {
    guard dimension == self.dimension, keyWeights.shape == queryWeights.shape, beta.shape == [headCount]
    else {
      return false
    }
    guard let shape = bias?.values.shape else { return true }
    return shape.count == 4 && [1, batch].contains(shape[0]) && [1, headCount].contains(shape[1])
      && Array(shape[2...]) == [tokenCount, tokenCount]
  }

  package func part(for rows: TokenRows) -> any FusedPart<Scalar> { AttentionPart(self, rows) }
}

/// Attention at work on some rows of tokens: projections are queries and then keys of all heads; the answer to a query
/// is the mixture of the keys it sees, that to a key the mixture of the queries that see it, or where the context is held
/// the token's own query by its own weight.
private final class AttentionPart<Scalar: TensorScalar>: FusedPart {
  private let energy: AttentionEnergy<Scalar>
  private let rows: TokenRows
  private let kernels = Scalar.kernels
  private let bias: FusedBias<Scalar>?
  private let beta: [Scalar]
  /// Scalars of one head's weights, by example, and where an example's weights begin.
  private let weightsRows: [Int], weightsStarts: [Int]
  private let mixesByFactor: Bool
  /// Log sums, and gradients of beta, of each example and head.
  private var logSums: [Double], betaGradients: [Double]

  let keptCount: Int

  init(_ energy: AttentionEnergy<Scalar>, _ rows: TokenRows) {
    self.energy = energy
    self.rows = rows
    beta = energy.beta.elements
    bias = energy.bias.map { FusedBias($0, rows, headCount: energy.headCount) }
    if case .multiplicative = energy.bias { mixesByFactor = true } else { mixesByFactor = false }
    let vector = kernels.vectorLength()
    weightsRows = (0..<rows.examples.count).map { (rows.count(of: $0) + vector - 1) / vector * vector }
    var starts = [0]
    for (example, row) in weightsRows.enumerated() {
      starts.append(starts[example] + energy.headCount * rows.count(of: example) * row)
    }
    weightsStarts = starts
    keptCount = starts[rows.examples.count] * (mixesByFactor ? 2 : 1)
    logSums = Array(repeating: 0, count: rows.examples.count * energy.headCount)
    betaGradients = logSums
  }

  private var width: Int { energy.headCount * energy.keySize }
  /// The number of matrices that are parameters.
  private var matrixCount: Int { energy.learnsQueryWeights ? 2 : 1 }

  /// The call of one example.
  private func call(
    _ example: Int, _ work: FusedRows<Scalar>, _ kept: UnsafeMutablePointer<Scalar>,
    beta: UnsafePointer<Scalar>
  ) -> AttentionCall<Scalar> {
    let start = rows.starts[example] * work.row
    let weights = kept + weightsStarts[example]
    return AttentionCall(
      count: rows.count(of: example), keySize: energy.keySize, row: work.row,
      weightsRow: weightsRows[example], leavesOutSelf: !energy.includesSelf, isCausal: energy.isCausal,
      holdsContext: energy.holdsContext, beta: beta,
      queries: work.projections + start, keys: work.projections + start + width,
      added: mixesByFactor ? nil : bias?.pointer(example),
      factors: mixesByFactor ? bias?.pointer(example) : nil,
      headBias: bias?.headStride(example) ?? 0, weights: weights,
      mixing: mixesByFactor ? weights + weightsStarts[rows.examples.count] : weights)
  }

  /// Calls `body` with an example and some of its heads, for all of them, on several threads.
  private func forEachHead(_ body: (_ example: Int, _ heads: Range<Int>) -> Void) {
    let heads = energy.headCount
    Parallelism.spread(rows.examples.count * heads, grain: 1) { range in
      var next = range.lowerBound
      while next < range.upperBound {
        let example = next / heads
        let end = min(range.upperBound, (example + 1) * heads)
        if rows.count(of: example) > 0 { body(example, next - example * heads..<end - example * heads) }
        next = end
      }
    }
  }

  @specialized(where Scalar == Float)
  func answer(
    _ work: FusedRows<Scalar>, kept: UnsafeMutablePointer<Scalar>, energies: UnsafeMutablePointer<Double>
  ) {
    let heads = energy.headCount
    logSums.withUnsafeMutableBufferPointer { logSums in
      nonisolated(unsafe) let sums = logSums.baseAddress
      beta.withUnsafeBufferPointer { beta in
        guard let sums, let betas = beta.baseAddress else { return }
        forEachHead { example, range in
          let start = rows.starts[example] * work.row
          kernels.attend(
            call(example, work, kept, beta: betas), heads: range, ofQueries: work.answers + start,
            ofKeys: work.answers + start + width, rowOut: work.row, logSums: sums + example * heads)
        }
      }
      for example in 0..<rows.examples.count where rows.count(of: example) > 0 {
        for head in 0..<heads { energies[example] -= logSums[example * heads + head] / Double(beta[head]) }
      }
    }
  }

  @specialized(where Scalar == Float)
  func answerTangents(
    _ work: FusedRows<Scalar>, kept: UnsafeMutablePointer<Scalar>, tangents: FusedRows<Scalar>
  ) {
    let heads = energy.headCount
    let learnsBeta = energy.learnsBeta
    betaGradients.withUnsafeMutableBufferPointer { gradients in
      nonisolated(unsafe) let gradients = gradients.baseAddress
      beta.withUnsafeBufferPointer { beta in
        guard let gradients, let betas = beta.baseAddress else { return }
        forEachHead { example, range in
          let start = rows.starts[example] * work.row
          kernels.attendTangent(
            call(example, work, kept, beta: betas), heads: range,
            queriesTangent: tangents.projections + start, keysTangent: tangents.projections + start + width,
            ofQueries: tangents.answers + start, ofKeys: tangents.answers + start + width, rowOut: work.row,
            ofBeta: learnsBeta ? gradients + example * heads : nil, ofBias: bias?.gradient(example))
        }
      }
    }
  }

  @specialized(where Scalar == Float)
  func addMatrixGradients(
    of range: Range<Int>, _ work: FusedRows<Scalar>, tangents: FusedRows<Scalar>,
    _ tokens: FusedDirection<Scalar>, to sums: [UnsafeMutablePointer<Scalar>]
  ) {
    let first = range.lowerBound
    let panel = kernels.panelWidth()
    let (width, dimension) = (width, energy.dimension)
    // Wq and Wk are stored with a row a projected number: r'ᵀ g + rᵀ w.
    Parallelism.spread(2 * width, grain: 32) { columns in
      for (index, sum) in zip(energy.learnsQueryWeights ? 0..<2 : 1..<2, sums) {
        let part = columns.clamped(to: index * width..<(index + 1) * width)
        if part.isEmpty { continue }
        func term(_ a: UnsafeMutablePointer<Scalar>, _ b: UnsafePointer<Scalar>) -> ProductFactors<Scalar> {
          ProductFactors(
            columns: a + first * work.row + part.lowerBound, stride: work.row,
            plain: b + first * tokens.row, strideB: tokens.row, panelWidth: panel, depth: range.count)
        }
        kernels.product(
          rows: part.count, columns: dimension, term(tangents.answers, tokens.activations),
          plus: term(work.answers, tokens.direction), scale: 1, keep: 1,
          c: sum + (part.lowerBound - index * width) * dimension, rowC: dimension)
      }
    }
  }

  func addOtherGradients(to sums: [UnsafeMutablePointer<Scalar>]) {
    let heads = energy.headCount
    if energy.learnsBeta {
      for index in betaGradients.indices {
        sums[matrixCount][index % heads] += Scalar(betaGradients[index])
        betaGradients[index] = 0
      }
    }
    bias?.addGradient(to: sums[matrixCount + (energy.learnsBeta ? 1 : 0)])
  }
}
