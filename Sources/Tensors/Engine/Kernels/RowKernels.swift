import CKernels

/// Kernels of rows that lie `row` scalars apart and are readable and writable up to whole vectors.
package protocol RowKernels<Scalar>: KernelGroup {
  /// z = (x - mean) / sqrt(variance + epsilon), g = gamma z + delta, and 1 / sqrt(…) of each row; zeros up to `row`.
  static func normalize(
    rows: Int, columns: Int, row: Int, epsilon: Scalar, gamma: Scalar, delta: Input, x: Input, z: Output,
    g: Output, reciprocals: Output)
  /// Adds to the cotangent of x its part through g, and to the gradients of gamma and delta.
  static func normalizePullback(
    rows: Int, columns: Int, row: Int, gamma: Scalar, z: Input, reciprocals: Input, cotangentG: Input,
    cotangentX: Output, gammaGradient: Sums, deltaGradient: Output)
  /// The answers r = G'(h) to overlaps h, which may lie where h does. energies[row] is sum G(h), or
  /// log sum exp(beta h) / beta. The map is one of the C list's.
  static func recall(
    _ map: Int32, parameter: Scalar, rows: Int, columns: Int, row: Int, overlaps: Input, answers: Output,
    energies: Sums)
  /// The tangent of the answers from that of the overlaps.
  ///
  /// - Returns: The gradient of the softmax's beta where it is learned.
  static func recallTangent(
    _ map: Int32, parameter: Scalar, rows: Int, columns: Int, row: Int, overlaps: Input, answers: Input,
    tangent: Input, ofAnswers: Output, learnsBeta: Bool
  ) -> Double
  /// x <- x Φ(x), Φ being the standard normal distribution: the exact GELU.
  static func gelu(rows: Int, columns: Int, row: Int, x: Output)
  /// x <- (x - mean) / sqrt(variance + epsilon) gain + shift, with a gain and a shift for each column.
  static func normalizeInPlace(
    rows: Int, columns: Int, row: Int, epsilon: Scalar, gain: Input, shift: Input, x: Output)
  /// scores <- softmax of scale * scores over the columns, with zeros up to whole vectors, and of each row
  /// log sum exp(scale * score) unless nil.
  static func softmaxInPlace(
    rows: Int, columns: Int, row: Int, scale: Scalar, scores: Output, logSums: Sums?)
}

/// How memory overlaps h are answered by r = G'(h).
package enum RecallMap: Sendable {
  /// max(h, 0)^(degree - 1)
  case rectified
  /// h^(degree - 1)
  case polynomial
  /// softmax(beta h)
  case softmax

  fileprivate var c: Int32 {
    switch self {
    case .rectified: Int32(ET_RECTIFIED)
    case .polynomial: Int32(ET_POLYNOMIAL)
    case .softmax: Int32(ET_SOFTMAX)
    }
  }
}

extension RowKernels {
  package static func recall(
    _ map: RecallMap, parameter: Scalar, rows: Int, columns: Int, row: Int, overlaps: Input,
    answers: Output, energies: Sums
  ) {
    recall(
      map.c, parameter: parameter, rows: rows, columns: columns, row: row, overlaps: overlaps,
      answers: answers, energies: energies)
  }

  package static func recallTangent(
    _ map: RecallMap, parameter: Scalar, rows: Int, columns: Int, row: Int, overlaps: Input,
    answers: Input, tangent: Input, ofAnswers: Output, learnsBeta: Bool
  ) -> Double {
    recallTangent(
      map.c, parameter: parameter, rows: rows, columns: columns, row: row, overlaps: overlaps,
      answers: answers, tangent: tangent, ofAnswers: ofAnswers, learnsBeta: learnsBeta)
  }
}
