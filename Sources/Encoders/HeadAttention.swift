import Tensors

/// Weights and answers of one head over one sequence, in buffers that all heads of a thread share.
final class HeadAttention<Scalar: TensorScalar> {
  private let size: Int, row: Int
  private let kernels = Scalar.kernels
  private let weights: Storage<Scalar>, packedKeys: Storage<Scalar>, updated: Storage<Scalar>
  private let logSums: Storage<Double>
  /// The numbers of an updated query with what lies up to whole vectors.
  let updatedRow: Int

  /// Buffers for sequences up to a length; queries, keys and values of `size` numbers lie `row` apart.
  init(longest: Int, size: Int, row: Int) {
    (self.size, self.row) = (size, row)
    let (vector, panel) = (kernels.vectorLength(), kernels.panelWidth())
    updatedRow = (size + vector - 1) / vector * vector
    weights = Storage(count: longest * Self.weightsRow(longest, vector) + panel)
    packedKeys = Storage(count: (longest + panel - 1) / panel * panel * size + 4 * panel)
    updated = Storage(count: longest * updatedRow + panel)
    logSums = Storage(count: max(1, longest))
  }

  private static func weightsRow(_ count: Int, _ vector: Int) -> Int {
    ((count + vector - 1) / vector | 1) * vector
  }

  /// The answers of a head, written in rows `stride` apart, and what led to them.
  func answer(
    _ input: HeadInput<Scalar>, beta: Scalar, rule: HeadRule, isObserved: Bool,
    to answers: UnsafeMutablePointer<Scalar>, stride: Int
  ) -> HeadObservation<Scalar> {
    let count = input.count
    let weightsRow = Self.weightsRow(count, kernels.vectorLength())
    switch rule {
    case .softmax: retrieve(input, beta: beta, updates: 1, isObserved)
    case .retrieval(let updates): retrieve(input, beta: beta, updates: updates, isObserved)
    case .uniform:
      for query in 0..<count {
        (weights.pointer + query * weightsRow).update(repeating: 1 / Scalar(count), count: count)
      }
    case .gaussian(let weighting):
      weighting.writeScores(count: count, row: weightsRow, to: weights.pointer)
      kernels.softmaxInPlace(
        rows: count, columns: count, row: weightsRow, scale: 1, scores: weights.pointer, logSums: nil)
    }
    mix(input.values, count: count, stride: row, to: answers, outStride: stride)
    return HeadObservation(
      input: input, row: row, size: size, beta: beta, weights: weights.pointer, weightsRow: weightsRow,
      logSums: logSums.pointer, answers: answers, answersRow: stride)
  }

  /// Weights after some updates of the queries.
  private func retrieve(_ input: HeadInput<Scalar>, beta: Scalar, updates: Int, _ isObserved: Bool) {
    packKeys(input)
    weigh(input.queries, stride: row, count: input.count, beta: beta, isObserved)
    for _ in 1..<updates { updateOnce(input, beta: beta, isObserved) }
  }

  /// Updates all queries by the current weights, q <- A K, and computes the weights at the new queries.
  ///
  /// - Returns: The new queries, `updatedRow` apart.
  @discardableResult
  func updateOnce(
    _ input: HeadInput<Scalar>, beta: Scalar, _ isObserved: Bool
  ) -> UnsafePointer<Scalar> {
    mix(input.keys, count: input.count, stride: row, to: updated.pointer, outStride: updatedRow)
    weigh(updated.pointer, stride: updatedRow, count: input.count, beta: beta, isObserved)
    return UnsafePointer(updated.pointer)
  }

  /// Packs the keys for products; must precede updates.
  func packKeys(_ input: HeadInput<Scalar>) {
    kernels.pack(
      depth: size, columns: input.count, b: input.keys, row: 1, column: row, packed: packedKeys.pointer,
      panel: size * kernels.panelWidth())
  }

  private func weigh(
    _ queries: UnsafePointer<Scalar>, stride: Int, count: Int, beta: Scalar, _ isObserved: Bool
  ) {
    let weightsRow = Self.weightsRow(count, kernels.vectorLength())
    // Scores behind the last key are those of packed zeros.
    let vector = kernels.vectorLength()
    kernels.product(
      rows: count, columns: (count + vector - 1) / vector * vector,
      ProductFactors(
        rows: queries, stride: stride, panels: packedKeys.pointer, panelWidth: kernels.panelWidth(),
        depth: size), scale: 1, keep: 0, c: weights.pointer, rowC: weightsRow)
    kernels.softmaxInPlace(
      rows: count, columns: count, row: weightsRow, scale: beta, scores: weights.pointer,
      logSums: isObserved ? logSums.pointer : nil)
  }

  /// out <- A times rows of keys or values.
  func mix(
    _ patterns: UnsafePointer<Scalar>, count: Int, stride: Int, to out: UnsafeMutablePointer<Scalar>,
    outStride: Int
  ) {
    let weightsRow = Self.weightsRow(count, kernels.vectorLength())
    kernels.product(
      rows: count, columns: size,
      ProductFactors(
        rows: weights.pointer, stride: weightsRow, plain: patterns, strideB: stride,
        panelWidth: kernels.panelWidth(), depth: count), scale: 1, keep: 0, c: out, rowC: outStride)
  }

  /// Weights from elsewhere, for an update from them.
  func copyWeights(of observation: HeadObservation<Scalar>) {
    weights.pointer.update(
      from: observation.weights, count: observation.input.count * observation.weightsRow)
  }

  /// The weights there are, rows `observation.weightsRow` apart, and the logarithms of their sums.
  var current: (weights: UnsafePointer<Scalar>, logSums: UnsafePointer<Double>) {
    (UnsafePointer(weights.pointer), UnsafePointer(logSums.pointer))
  }
}

/// A head of an encoder: its layer and its number in the layer, from 0.
public struct HeadIndex: Codable, Hashable, Sendable, Comparable {
  /// The layer, from 0 at the embeddings.
  public let layer: Int
  /// The number in the layer.
  public let head: Int

  /// A head by its layer and number.
  public init(layer: Int, head: Int) {
    (self.layer, self.head) = (layer, head)
  }

  public static func < (a: HeadIndex, b: HeadIndex) -> Bool { (a.layer, a.head) < (b.layer, b.head) }
}

/// The rule by which a head of an encoder weighs the values of the tokens.
///
/// The published rule is one Hopfield retrieval: the query is the state, the keys are the stored patterns, and the
/// answer is read out through the values (Ramsauer et al. 2020, equation 10). The other rules replace it.
public enum HeadRule: Sendable, Equatable {
  /// softmax(β q Kᵀ), the published rule.
  case softmax
  /// The same weight for every token.
  case uniform
  /// Weights by a Gaussian over the positions, which do not depend on the tokens.
  case gaussian(GaussianWeighting)
  /// softmax(β q Kᵀ) after the query has made updates - 1 steps q <- softmax(β q Kᵀ) K; 1 is the published rule.
  case retrieval(updates: Int)
}
