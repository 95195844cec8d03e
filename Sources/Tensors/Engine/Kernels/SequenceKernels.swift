package import CKernels

/// Kernels of convolutions over sequences of symbols, and of pooling rows.
///
/// Each sequence is computed by itself, so that ranges of sequences may be cut anywhere; scattering and pooling add up,
/// so their ranges come in turn.
package protocol SequenceKernels<Scalar>: KernelGroup {
  /// For each sequence and kernel the largest sum over its windows and, unless nil, the first window that reaches it.
  static func windowMaximum(
    _ call: UnsafePointer<et_sequences>, first: Int, count: Int, table: Input, sums: Output,
    indices: UnsafeMutablePointer<UInt16>?)
  /// The sums over the windows that `indices` name.
  static func windowSums(
    _ call: UnsafePointer<et_sequences>, first: Int, count: Int, indices: UnsafePointer<UInt16>,
    table: Input, sums: Output)
  /// The transpose: adds each sum to the rows of its window.
  static func windowScatter(
    _ call: UnsafePointer<et_sequences>, first: Int, count: Int, indices: UnsafePointer<UInt16>,
    sums: Input, table: Output)
  /// Softmax pooling of `count` more rows x [count, columns], with scores [count, heads]: a head for each column, or one.
  /// `weights` [heads] is the sum of e^(score - largest), `values` [columns] that of e^(score - largest) x, `largest`
  /// [heads] the largest score, before the first -infinity.
  static func pool(
    count: Int, columns: Int, heads: Int, x: Input, scores: Input, largest: Output, weights: Output,
    values: Output)
  /// For each row of scores [count, heads] the largest of score - level.
  static func largestExcess(count: Int, heads: Int, scores: Input, levels: Input, y: Output)
}
