import CKernels

/// A floating-point type that tensors are made of: `Float` for work, `Double` for checks.
public protocol TensorScalar: BinaryFloatingPoint, Sendable {
  /// The compiled loops for this type.
  static var kernels: TensorKernels<Self> { get }
}

/// The compiled loops of one scalar type, chosen once for the widest vector unit of the processor.
public struct TensorKernels<Scalar>: Sendable {
  package typealias Input = UnsafePointer<Scalar>
  package typealias Output = UnsafeMutablePointer<Scalar>

  package let unary: @Sendable (Int32, Int, Input, Output, Scalar) -> Void
  package let binary:
    @Sendable (Int32, Int, UnsafePointer<Int>, UnsafePointer<Int>, UnsafePointer<Int>, Input, Input, Output)
      -> Void
  package let copyStrided:
    @Sendable (Int, UnsafePointer<Int>, UnsafePointer<Int>, UnsafePointer<Int>, Input, Output, Int32) -> Void
  package let sum: @Sendable (Int, Int, Int, Input, Output) -> Void
  package let maximum: @Sendable (Int, Int, Int, Input, Output) -> Void
  /// rows, columns, scale, x, weights, log sums unless nil: softmax of scale x, and log sum exp(scale x) / scale.
  package let softmax: @Sendable (Int, Int, Scalar, Input, Output, Output?) -> Void
  package let softmaxPullback: @Sendable (Int, Int, Input, Input, Output) -> Void
  package let layerNorm: @Sendable (Int, Int, Scalar, Input, Output, Output) -> Void
  package let layerNormPullback: @Sendable (Int, Int, Input, Input, Input, Output) -> Void
  package let accumulate: @Sendable (Int, Scalar, Input, Output) -> Void
  package let combine: @Sendable (Int, Scalar, Input, Scalar, Input, Output) -> Void
  package let adam: @Sendable (Int, Input, Input, Input, Input, Input, Output, Output, Output) -> Void
  package let dot: @Sendable (Int, Input, Input) -> Double
  package let matrixProduct: @Sendable (MatrixProductCall<Scalar>) -> Void
  package let fused: FusedKernels<Scalar>
  package let neighbours: NeighbourKernels<Scalar>
  package let encoder: EncoderKernels<Scalar>
  let sequences: SequenceKernels<Scalar>
}

extension Float: TensorScalar {
  /// The compiled loops for single precision.
  public static let kernels = TensorKernels<Float>(
    unary: et_unary_f32, binary: et_binary_f32, copyStrided: et_copy_strided_f32, sum: et_sum_f32,
    maximum: et_max_f32, softmax: et_softmax_f32, softmaxPullback: et_softmax_pullback_f32,
    layerNorm: et_layer_norm_f32, layerNormPullback: et_layer_norm_pullback_f32,
    accumulate: et_accumulate_f32, combine: et_combine_f32, adam: et_adam_f32, dot: et_dot_f32,
    matrixProduct: runMatrixProduct, fused: fusedKernels, neighbours: neighbourKernels,
    encoder: encoderKernels, sequences: sequenceKernels)
}

extension Double: TensorScalar {
  /// The compiled loops for double precision.
  public static let kernels = TensorKernels<Double>(
    unary: et_unary_f64, binary: et_binary_f64, copyStrided: et_copy_strided_f64, sum: et_sum_f64,
    maximum: et_max_f64, softmax: et_softmax_f64, softmaxPullback: et_softmax_pullback_f64,
    layerNorm: et_layer_norm_f64, layerNormPullback: et_layer_norm_pullback_f64,
    accumulate: et_accumulate_f64, combine: et_combine_f64, adam: et_adam_f64, dot: et_dot_f64,
    matrixProduct: runMatrixProduct, fused: fusedKernels, neighbours: neighbourKernels,
    encoder: encoderKernels, sequences: sequenceKernels)
}
