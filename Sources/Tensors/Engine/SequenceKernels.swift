import CKernels

/// The kernels of convolutions over sequences of letters, and of pooling their features, for one scalar type.
/// Each sequence is computed by itself, so that ranges of sequences may be cut anywhere; scattering and
/// pooling add up, so their ranges come in turn.
final class SequenceKernels<Scalar>: Sendable {
  typealias Input = UnsafePointer<Scalar>
  typealias Output = UnsafeMutablePointer<Scalar>
  typealias Call = UnsafePointer<et_sequences>

  /// call, sequences, table, sums, places.
  let maximum: @Sendable (Call, Range<Int>, Input, Output, UnsafeMutablePointer<UInt16>?) -> Void
  /// call, sequences, places, table, sums.
  let sums: @Sendable (Call, Range<Int>, UnsafePointer<UInt16>, Input, Output) -> Void
  /// call, sequences, places, sums, table.
  let scatter: @Sendable (Call, Range<Int>, UnsafePointer<UInt16>, Input, Output) -> Void

  /// instances, features, heads, features of instances, scores, largest, weights, values.
  let pool: @Sendable (Int, Int, Int, Input, Input, Output, Output, Output) -> Void
  /// instances, heads, scores, levels, excesses.
  let largestExcess: @Sendable (Int, Int, Input, Input, Output) -> Void

  init(
    maximum: @escaping @Sendable (Call, Range<Int>, Input, Output, UnsafeMutablePointer<UInt16>?) -> Void,
    sums: @escaping @Sendable (Call, Range<Int>, UnsafePointer<UInt16>, Input, Output) -> Void,
    scatter: @escaping @Sendable (Call, Range<Int>, UnsafePointer<UInt16>, Input, Output) -> Void,
    pool: @escaping @Sendable (Int, Int, Int, Input, Input, Output, Output, Output) -> Void,
    largestExcess: @escaping @Sendable (Int, Int, Input, Input, Output) -> Void
  ) {
    (self.maximum, self.sums, self.scatter) = (maximum, sums, scatter)
    (self.pool, self.largestExcess) = (pool, largestExcess)
  }
}

extension Float {
  static let sequenceKernels = SequenceKernels<Float>(
    maximum: { call, range, table, sums, places in
      et_window_maximum_f32(call, range.lowerBound, range.count, table, sums, places)
    },
    sums: { call, range, places, table, sums in
      et_window_sums_f32(call, range.lowerBound, range.count, places, table, sums)
    },
    scatter: { call, range, places, sums, table in
      et_window_scatter_f32(call, range.lowerBound, range.count, places, sums, table)
    },
    pool: et_pool_f32, largestExcess: et_largest_excess_f32)
}

extension Double {
  static let sequenceKernels = SequenceKernels<Double>(
    maximum: { call, range, table, sums, places in
      et_window_maximum_f64(call, range.lowerBound, range.count, table, sums, places)
    },
    sums: { call, range, places, table, sums in
      et_window_sums_f64(call, range.lowerBound, range.count, places, table, sums)
    },
    scatter: { call, range, places, sums, table in
      et_window_scatter_f64(call, range.lowerBound, range.count, places, sums, table)
    },
    pool: et_pool_f64, largestExcess: et_largest_excess_f64)
}
