import CKernels

/// Kernels of dense arrays.
package protocol ArrayKernels<Scalar>: KernelGroup {
  /// y <- an element-wise function of x; its parameter is what the C list says.
  static func unary(_ operation: Int32, count: Int, x: Input, y: Output, parameter: Scalar)
  /// y <- an element-wise function of a and b, which lie in memory as their strides say; y is dense. The strides of the
  /// last axis are 0 or 1.
  static func binary(
    _ operation: Int32, rank: Int, sizes: UnsafePointer<Int>, stridesA: UnsafePointer<Int>,
    stridesB: UnsafePointer<Int>, a: Input, b: Input, y: Output)
  /// y <- x, or y <- y + x, both by strides.
  static func copyStrided(
    rank: Int, sizes: UnsafePointer<Int>, stridesX: UnsafePointer<Int>, stridesY: UnsafePointer<Int>,
    x: Input, y: Output, adds: Bool)
  /// The sums of [outer, reduced, inner] over the middle axis.
  static func sum(outer: Int, reduced: Int, inner: Int, x: Input, y: Output)
  /// The largest of [outer, reduced, inner] over the middle axis; NaN where one is.
  static func maximum(outer: Int, reduced: Int, inner: Int, x: Input, y: Output)
  /// The softmax of scale x over columns, and log sum exp(scale x) / scale of each row unless nil.
  static func softmax(
    rows: Int, columns: Int, scale: Scalar, x: Input, weights: Output, logSums: Output?)
  /// w (d - sum w d) for weights w and their cotangent d.
  static func softmaxPullback(rows: Int, columns: Int, weights: Input, cotangent: Input, y: Output)
  /// (x - mean) / sqrt(variance + epsilon) of each row, and 1 / sqrt(…).
  static func layerNorm(
    rows: Int, columns: Int, epsilon: Scalar, x: Input, normalized: Output, reciprocals: Output)
  /// The cotangent of x from that of the normalised rows.
  static func layerNormPullback(
    rows: Int, columns: Int, normalized: Input, reciprocals: Input, cotangent: Input, y: Output)
  /// y <- y + scale x
  static func accumulate(count: Int, scale: Scalar, x: Input, y: Output)
  /// z <- a x + b y
  static func combine(count: Int, a: Scalar, x: Input, b: Scalar, y: Input, z: Output)
  /// One step of Adam: averages of gradients and of their squares, and parameters. The options are the shares kept and
  /// added of the first and of the second average, the share kept of the parameters, rate and shift.
  static func adam(
    count: Int, options: Input, parameters: Input, gradient: Input, first: Input, second: Input,
    newParameters: Output, newFirst: Output, newSecond: Output)
  /// The sum of x y, in double precision.
  static func dot(count: Int, _ x: Input, _ y: Input) -> Double
}

extension ArrayKernels {
  /// y <- factor x
  package static func scale(count: Int, by factor: Scalar, x: Input, y: Output) {
    unary(Int32(ET_SCALE), count: count, x: x, y: y, parameter: factor)
  }
}
