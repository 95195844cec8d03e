import CKernels

/// The kernels of published encoders for one scalar type. Rows lie some scalars apart and are readable and writable up
/// to whole vectors.
package final class EncoderKernels<Scalar>: Sendable {
  package typealias Input = UnsafePointer<Scalar>
  package typealias Output = UnsafeMutablePointer<Scalar>

  /// rows, columns, row, x: x <- x Φ(x), the exact GELU.
  package let gelu: @Sendable (Int, Int, Int, Output) -> Void
  /// rows, columns, row, epsilon, gain, shift, x: layer norm in place, with a gain and a shift for each column.
  package let normalize: @Sendable (Int, Int, Int, Scalar, Input, Input, Output) -> Void
  /// rows, columns, row, scale, scores, log sums: softmax of scaled scores in place, and of each row the logarithm of its
  /// sum of exponentials unless nil.
  package let weigh: @Sendable (Int, Int, Int, Scalar, Output, UnsafeMutablePointer<Double>?) -> Void

  init(
    gelu: @escaping @Sendable (Int, Int, Int, Output) -> Void,
    normalize: @escaping @Sendable (Int, Int, Int, Scalar, Input, Input, Output) -> Void,
    weigh: @escaping @Sendable (Int, Int, Int, Scalar, Output, UnsafeMutablePointer<Double>?) -> Void
  ) {
    (self.gelu, self.normalize, self.weigh) = (gelu, normalize, weigh)
  }
}

extension Float {
  static let encoderKernels = EncoderKernels<Float>(
    gelu: { et_gelu_f32($0, $1, $2, $3) },
    normalize: { et_normalize_gained_f32($0, $1, $2, $3, $4, $5, $6) },
    weigh: { et_weigh_f32($0, $1, $2, $3, $4, $5) })
}

extension Double {
  static let encoderKernels = EncoderKernels<Double>(
    gelu: { et_gelu_f64($0, $1, $2, $3) },
    normalize: { et_normalize_gained_f64($0, $1, $2, $3, $4, $5, $6) },
    weigh: { et_weigh_f64($0, $1, $2, $3, $4, $5) })
}
