import CKernels
import Synchronization

/// The end of a program that needs more memory than there is: code 1 and one line on standard error.
enum OutOfMemory {
  /// Says how many bytes were wanted, or with nil that they were more than can be addressed.
  static func stop(bytes: Int?, for purpose: String) -> Never {
    et_out_of_memory(bytes.map(UInt64.init) ?? .max, purpose)
  }

  /// For memory that a library of the system wanted, which does not say how much.
  static func stop(inLibrary purpose: String) -> Never { et_out_of_memory(0, purpose) }

  /// What the matrix library takes at most to make the kernels of one kind of product: oneDNN 2.6 took 11 MiB.
  private static let kernelBytes = 1 << 24
  private static let preparedKinds = Atomic<UInt64>(0)

  /// Makes sure that there is memory for the kernels that the matrix library makes at the first product of a kind: it
  /// does not look whether it got what it asked for.
  @inline(__always)
  static func prepareKernels(_ call: MatrixProductCall<Float>) {
    let kind =
      (call.transposedA ? 1 : 0) | (call.transposedB ? 2 : 0) | (call.rows == 1 ? 4 : 0)
      | (call.columns == 1 ? 8 : 0) | (call.rows < 16 ? 16 : 0) | (call.columns < 16 ? 32 : 0)
    let bit: UInt64 = 1 << UInt64(kind)
    if preparedKinds.load(ordering: .relaxed) & bit != 0 { return }
    if et_memory_left(kernelBytes) == 0 {
      stop(bytes: kernelBytes, for: "the kernels of the matrix library")
    }
    preparedKinds.bitwiseOr(bit, ordering: .relaxed)
  }
}
