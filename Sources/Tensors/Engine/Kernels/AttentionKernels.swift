package import CKernels

/// Kernels of attention over all pairs of one example.
package protocol AttentionKernels<Scalar>: KernelGroup {
  /// For heads first ..< first + count the weights, and the answers: to queries weights K, to keys weightsᵀ Q, or where the
  /// context is held each token's own weight times its query; their rows `rowOut` apart. logSums[head] is the sum over queries of log sum exp.
  static func attend(
    _ call: UnsafePointer<et_attention>, first: Int, count: Int, ofQueries: Output, ofKeys: Output,
    rowOut: Int, logSums: Sums)
  /// The tangents of the answers from those of queries and keys, all laid out as what they are of. Adds to the gradients
  /// of beta [heads] and of the bias [heads, n, n] unless nil.
  static func attendTangent(
    _ call: UnsafePointer<et_attention>, first: Int, count: Int, queriesTangent: Input, keysTangent: Input,
    ofQueries: Output, ofKeys: Output, rowOut: Int, ofBeta: Sums?, ofBias: Output?)
}

/// The attention of one example as the kernels see it: queries and keys of a head are neighbouring numbers of a row.
package struct AttentionCall<Scalar> {
  package var count: Int, keySize: Int, row: Int, weightsRow: Int
  package var leavesOutSelf: Bool, isCausal: Bool, holdsContext: Bool
  package var beta: UnsafePointer<Scalar>
  package var queries: UnsafePointer<Scalar>, keys: UnsafePointer<Scalar>
  package var added: UnsafePointer<Scalar>?, factors: UnsafePointer<Scalar>?, headBias: Int
  package var weights: UnsafeMutablePointer<Scalar>, mixing: UnsafeMutablePointer<Scalar>

  package init(
    count: Int, keySize: Int, row: Int, weightsRow: Int, leavesOutSelf: Bool, isCausal: Bool,
    holdsContext: Bool, beta: UnsafePointer<Scalar>, queries: UnsafePointer<Scalar>,
    keys: UnsafePointer<Scalar>,
    added: UnsafePointer<Scalar>?, factors: UnsafePointer<Scalar>?, headBias: Int,
    weights: UnsafeMutablePointer<Scalar>, mixing: UnsafeMutablePointer<Scalar>
  ) {
    (self.count, self.keySize, self.row, self.weightsRow) = (count, keySize, row, weightsRow)
    (self.leavesOutSelf, self.isCausal, self.holdsContext) = (leavesOutSelf, isCausal, holdsContext)
    self.beta = beta
    (self.queries, self.keys, self.added, self.factors) = (queries, keys, added, factors)
    (self.headBias, self.weights, self.mixing) = (headBias, weights, mixing)
  }

  fileprivate var c: et_attention {
    et_attention(
      n: count, size: keySize, row: row, row_weights: weightsRow,
      rules: Int32(
        (leavesOutSelf ? ET_WITHOUT_SELF : 0) | (isCausal ? ET_CAUSAL : 0) | (holdsContext ? ET_HELD : 0)),
      beta: beta,
      queries: queries, keys: keys, added: added, factors: factors, head_bias: headBias, weights: weights,
      mixing: mixing)
  }
}

extension AttentionKernels {
  package static func attend(
    _ call: AttentionCall<Scalar>, heads: Range<Int>, ofQueries: Output, ofKeys: Output, rowOut: Int,
    logSums: Sums
  ) {
    withUnsafePointer(to: call.c) {
      attend(
        $0, first: heads.lowerBound, count: heads.count, ofQueries: ofQueries, ofKeys: ofKeys, rowOut: rowOut,
        logSums: logSums)
    }
  }

  package static func attendTangent(
    _ call: AttentionCall<Scalar>, heads: Range<Int>, queriesTangent: Input, keysTangent: Input,
    ofQueries: Output, ofKeys: Output, rowOut: Int, ofBeta: Sums?, ofBias: Output?
  ) {
    withUnsafePointer(to: call.c) {
      attendTangent(
        $0, first: heads.lowerBound, count: heads.count, queriesTangent: queriesTangent,
        keysTangent: keysTangent, ofQueries: ofQueries, ofKeys: ofKeys, rowOut: rowOut, ofBeta: ofBeta,
        ofBias: ofBias)
    }
  }
}
