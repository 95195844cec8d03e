import CKernels

/// One term of a sum of matrix products op(a) b.
///
/// `a` has a row for each row of the result; `rowA` or `columnA` is 1. `b` lies in panels of `panelWidth` columns,
/// `panelB` scalars apart, whose rows are `rowB` apart; it is readable up to whole vectors of columns.
package struct ProductFactors<Scalar> {
  package var a: UnsafePointer<Scalar>, rowA: Int, columnA: Int
  package var b: UnsafePointer<Scalar>, rowB: Int, panelB: Int
  package var depth: Int

  /// Rows of `a` times packed panels.
  package init(
    rows a: UnsafePointer<Scalar>, stride: Int, panels b: UnsafePointer<Scalar>, panelWidth: Int, depth: Int
  ) {
    (self.a, rowA, columnA) = (a, stride, 1)
    (self.b, rowB, panelB, self.depth) = (b, panelWidth, depth * panelWidth, depth)
  }

  /// Columns of `a`, its transpose, times a plain matrix.
  package init(
    columns a: UnsafePointer<Scalar>, stride: Int, plain b: UnsafePointer<Scalar>, strideB: Int,
    panelWidth: Int,
    depth: Int
  ) {
    (self.a, rowA, columnA) = (a, 1, stride)
    (self.b, rowB, panelB, self.depth) = (b, strideB, panelWidth, depth)
  }

  /// Rows of `a` times a plain matrix.
  package init(
    rows a: UnsafePointer<Scalar>, stride: Int, plain b: UnsafePointer<Scalar>, strideB: Int, panelWidth: Int,
    depth: Int
  ) {
    (self.a, rowA, columnA) = (a, stride, 1)
    (self.b, rowB, panelB, self.depth) = (b, strideB, panelWidth, depth)
  }

  fileprivate var c: et_factors {
    et_factors(a: a, row_a: rowA, column_a: columnA, b: b, row_b: rowB, panel_b: panelB, depth: depth)
  }
}

/// The attention of one example as the kernels see it: queries and keys of a head are neighbouring numbers of a row.
package struct AttentionCall<Scalar> {
  package var tokenCount: Int, keySize: Int, row: Int, weightsRow: Int
  package var leavesOutSelf: Bool, isCausal: Bool
  package var beta: UnsafePointer<Scalar>
  package var queries: UnsafePointer<Scalar>, keys: UnsafePointer<Scalar>
  package var added: UnsafePointer<Scalar>?, factors: UnsafePointer<Scalar>?, headBias: Int
  package var weights: UnsafeMutablePointer<Scalar>, mixing: UnsafeMutablePointer<Scalar>

  package init(
    tokenCount: Int, keySize: Int, row: Int, weightsRow: Int, leavesOutSelf: Bool, isCausal: Bool,
    beta: UnsafePointer<Scalar>, queries: UnsafePointer<Scalar>, keys: UnsafePointer<Scalar>,
    added: UnsafePointer<Scalar>?, factors: UnsafePointer<Scalar>?, headBias: Int,
    weights: UnsafeMutablePointer<Scalar>, mixing: UnsafeMutablePointer<Scalar>
  ) {
    (self.tokenCount, self.keySize, self.row, self.weightsRow) = (tokenCount, keySize, row, weightsRow)
    (self.leavesOutSelf, self.isCausal, self.beta) = (leavesOutSelf, isCausal, beta)
    (self.queries, self.keys, self.added, self.factors) = (queries, keys, added, factors)
    (self.headBias, self.weights, self.mixing) = (headBias, weights, mixing)
  }

  fileprivate var c: et_attention {
    et_attention(
      n: tokenCount, size: keySize, row: row, row_weights: weightsRow,
      rules: Int32((leavesOutSelf ? ET_WITHOUT_SELF : 0) | (isCausal ? ET_CAUSAL : 0)), beta: beta,
      queries: queries, keys: keys, added: added, factors: factors, head_bias: headBias, weights: weights,
      mixing: mixing)
  }
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

/// The kernels of fused descents for one scalar type; rows of tokens are padded with zeros to whole vectors.
///
/// A class, so that handing it on costs one reference and not one for each kernel.
package final class FusedKernels<Scalar>: Sendable {
  package typealias Input = UnsafePointer<Scalar>
  package typealias Output = UnsafeMutablePointer<Scalar>

  /// Scalars of a vector, and columns of a packed panel.
  package let vectorLength: @Sendable () -> Int, panelWidth: @Sendable () -> Int
  /// rows, columns, term, another term or nil, alpha, keep, c, row of c: c <- alpha * sum of products + keep * c.
  package let product:
    @Sendable (Int, Int, ProductFactors<Scalar>, ProductFactors<Scalar>?, Scalar, Scalar, Output, Int) -> Void
  /// depth, columns, b, row and column strides, packed, stride of panels.
  package let pack: @Sendable (Int, Int, Input, Int, Int, Output, Int) -> Void
  /// attention, heads, answers to queries and keys, their row, log sums by head.
  package let attend:
    @Sendable (AttentionCall<Scalar>, Range<Int>, Output, Output, Int, UnsafeMutablePointer<Double>) -> Void
  /// attention, heads, moves of queries and keys, changes of both answers, their row, gradients of beta and bias.
  package let attendMove:
    @Sendable (
      AttentionCall<Scalar>, Range<Int>, Input, Input, Output, Output, Int, UnsafeMutablePointer<Double>?,
      Output?
    ) -> Void
  /// count, factor, x, y: y <- factor x.
  package let scale: @Sendable (Int, Scalar, Input, Output) -> Void
  /// rows, columns, row, epsilon, gamma, delta, x, z, g, reciprocal.
  package let normalize:
    @Sendable (Int, Int, Int, Scalar, Scalar, Input, Input, Output, Output, Output) -> Void
  /// rows, columns, row, gamma, z, reciprocal, cotangent of g, cotangent of x, gradients of gamma and delta.
  package let normalizePullback:
    @Sendable (Int, Int, Int, Scalar, Input, Input, Input, Output, UnsafeMutablePointer<Double>, Output) ->
      Void
  /// map, parameter, rows, columns, row, overlaps, answers, sum of G by row.
  package let recall:
    @Sendable (RecallMap, Scalar, Int, Int, Int, Input, Output, UnsafeMutablePointer<Double>) -> Void
  /// map, parameter, rows, columns, row, overlaps, answers, moves, changes, whether beta learns; beta's gradient.
  package let recallMove:
    @Sendable (RecallMap, Scalar, Int, Int, Int, Input, Input, Input, Output, Bool) -> Double

  init(
    vectorLength: @escaping @Sendable () -> Int,
    panelWidth: @escaping @Sendable () -> Int,
    product:
      @escaping @Sendable (
        Int, Int, ProductFactors<Scalar>, ProductFactors<Scalar>?, Scalar, Scalar, Output, Int
      ) -> Void,
    pack: @escaping @Sendable (Int, Int, Input, Int, Int, Output, Int) -> Void,
    attend:
      @escaping @Sendable (
        AttentionCall<Scalar>, Range<Int>, Output, Output, Int, UnsafeMutablePointer<Double>
      ) -> Void,
    attendMove:
      @escaping @Sendable (
        AttentionCall<Scalar>, Range<Int>, Input, Input, Output, Output, Int, UnsafeMutablePointer<Double>?,
        Output?
      ) -> Void,
    scale: @escaping @Sendable (Int, Scalar, Input, Output) -> Void,
    normalize:
      @escaping @Sendable (Int, Int, Int, Scalar, Scalar, Input, Input, Output, Output, Output) -> Void,
    normalizePullback:
      @escaping @Sendable (
        Int, Int, Int, Scalar, Input, Input, Input, Output, UnsafeMutablePointer<Double>, Output
      ) -> Void,
    recall:
      @escaping @Sendable (RecallMap, Scalar, Int, Int, Int, Input, Output, UnsafeMutablePointer<Double>) ->
      Void,
    recallMove:
      @escaping @Sendable (RecallMap, Scalar, Int, Int, Int, Input, Input, Input, Output, Bool) -> Double
  ) {
    self.vectorLength = vectorLength
    self.panelWidth = panelWidth
    self.product = product
    self.pack = pack
    self.attend = attend
    self.attendMove = attendMove
    self.scale = scale
    self.normalize = normalize
    self.normalizePullback = normalizePullback
    self.recall = recall
    self.recallMove = recallMove
  }
}

/// Calls `body` with the number of terms and their memory.
private func withTerms<Scalar>(
  _ first: ProductFactors<Scalar>, _ second: ProductFactors<Scalar>?,
  _ body: (Int, UnsafePointer<et_factors>?) -> Void
) {
  withUnsafeTemporaryAllocation(of: et_factors.self, capacity: 2) { terms in
    terms.initializeElement(at: 0, to: first.c)
    if let second { terms.initializeElement(at: 1, to: second.c) }
    body(second == nil ? 1 : 2, UnsafePointer(terms.baseAddress))
  }
}

extension Float {
  static let fusedKernels = FusedKernels<Float>(
    vectorLength: { et_vector_length_f32() }, panelWidth: { et_panel_width_f32() },
    product: { rows, columns, first, second, alpha, keep, c, row in
      withTerms(first, second) { et_product_f32(rows, columns, $0, $1, alpha, keep, c, row) }
    },
    pack: { et_pack_f32($0, $1, $2, $3, $4, $5, $6) },
    attend: { call, heads, queries, keys, row, logSums in
      withUnsafePointer(to: call.c) {
        et_attend_f32($0, heads.lowerBound, heads.count, queries, keys, row, logSums)
      }
    },
    attendMove: { call, heads, queriesMove, keysMove, queries, keys, row, beta, bias in
      withUnsafePointer(to: call.c) {
        et_attend_move_f32(
          $0, heads.lowerBound, heads.count, queriesMove, keysMove, queries, keys, row, beta, bias)
      }
    },
    scale: { et_unary_f32(Int32(ET_SCALE), $0, $2, $3, $1) },
    normalize: { et_normalize_f32($0, $1, $2, $3, $4, $5, $6, $7, $8, $9) },
    normalizePullback: { et_normalize_pullback_f32($0, $1, $2, $3, $4, $5, $6, $7, $8, $9) },
    recall: { et_recall_f32($0.c, $1, $2, $3, $4, $5, $6, $7) },
    recallMove: { et_recall_move_f32($0.c, $1, $2, $3, $4, $5, $6, $7, $8, $9 ? 1 : 0) })
}

extension Double {
  static let fusedKernels = FusedKernels<Double>(
    vectorLength: { et_vector_length_f64() }, panelWidth: { et_panel_width_f64() },
    product: { rows, columns, first, second, alpha, keep, c, row in
      withTerms(first, second) { et_product_f64(rows, columns, $0, $1, alpha, keep, c, row) }
    },
    pack: { et_pack_f64($0, $1, $2, $3, $4, $5, $6) },
    attend: { call, heads, queries, keys, row, logSums in
      withUnsafePointer(to: call.c) {
        et_attend_f64($0, heads.lowerBound, heads.count, queries, keys, row, logSums)
      }
    },
    attendMove: { call, heads, queriesMove, keysMove, queries, keys, row, beta, bias in
      withUnsafePointer(to: call.c) {
        et_attend_move_f64(
          $0, heads.lowerBound, heads.count, queriesMove, keysMove, queries, keys, row, beta, bias)
      }
    },
    scale: { et_unary_f64(Int32(ET_SCALE), $0, $2, $3, $1) },
    normalize: { et_normalize_f64($0, $1, $2, $3, $4, $5, $6, $7, $8, $9) },
    normalizePullback: { et_normalize_pullback_f64($0, $1, $2, $3, $4, $5, $6, $7, $8, $9) },
    recall: { et_recall_f64($0.c, $1, $2, $3, $4, $5, $6, $7) },
    recallMove: { et_recall_move_f64($0.c, $1, $2, $3, $4, $5, $6, $7, $8, $9 ? 1 : 0) })
}
