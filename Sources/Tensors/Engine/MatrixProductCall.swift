package import CKernels
import Foundations

#if canImport(CDNNL)
  import CDNNL
#elseif canImport(Accelerate)
  import Accelerate
#endif

/// One matrix product c <- scale * op(a) op(b) + keep * c on row-major memory.
///
/// `a` is rows x depth (stored transposed when `transposedA`), `b` is depth x columns. Strides count scalars from
/// one stored row to the next.
package struct MatrixProductCall<Scalar>: @unchecked Sendable {
  package var rows: Int, columns: Int, depth: Int
  package var a: UnsafePointer<Scalar>, strideA: Int, transposedA: Bool
  package var b: UnsafePointer<Scalar>, strideB: Int, transposedB: Bool
  package var c: UnsafeMutablePointer<Scalar>, strideC: Int
  package var scale: Scalar, keep: Scalar

  package init(
    rows: Int, columns: Int, depth: Int, a: UnsafePointer<Scalar>, strideA: Int, transposedA: Bool,
    b: UnsafePointer<Scalar>, strideB: Int, transposedB: Bool, c: UnsafeMutablePointer<Scalar>, strideC: Int,
    scale: Scalar, keep: Scalar
  ) {
    (self.rows, self.columns, self.depth) = (rows, columns, depth)
    (self.a, self.strideA, self.transposedA) = (a, strideA, transposedA)
    (self.b, self.strideB, self.transposedB) = (b, strideB, transposedB)
    (self.c, self.strideC) = (c, strideC)
    (self.scale, self.keep) = (scale, keep)
  }
}

extension ProductKernels {
  /// Our own kernel: oneDNN has no products of doubles, and a system may have no matrix library.
  package static func matrixProduct(_ call: MatrixProductCall<Scalar>) { ownProduct(call) }

  /// A product by our own kernel.
  package static func ownProduct(_ call: MatrixProductCall<Scalar>) {
    product(
      rows: call.rows, columns: call.columns, depth: call.depth, scale: call.scale,
      a: call.a, rowA: call.transposedA ? 1 : call.strideA, columnA: call.transposedA ? call.strideA : 1,
      b: call.b, rowB: call.transposedB ? 1 : call.strideB, columnB: call.transposedB ? call.strideB : 1,
      keep: call.keep, c: call.c, rowC: call.strideC)
  }
}

extension FloatKernels {
  /// Float products go to the system's matrix library: oneDNN, which finds the widest vector unit at run time, or
  /// Accelerate (written, not tested). It is called single-threaded, since we split the work ourselves so that the
  /// result does not depend on the number of threads.
  package static func matrixProduct(_ call: MatrixProductCall<Float>) {
    // The libraries refuse matrices without columns; a sum of no products is 0.
    if call.depth == 0 { return ownProduct(call) }
    #if canImport(CDNNL)
      OutOfMemory.prepareKernels(call)
      let threads = et_set_library_threads(1)
      let status = dnnl_sgemm(
        call.transposedA ? 0x54 : 0x4E, call.transposedB ? 0x54 : 0x4E, Int64(call.rows), Int64(call.columns),
        Int64(call.depth), call.scale, call.a, Int64(call.strideA), call.b, Int64(call.strideB), call.keep,
        call.c, Int64(call.strideC))
      _ = et_set_library_threads(threads)
      if status == dnnl_out_of_memory {
        OutOfMemory.stop(
          inLibrary: "oneDNN's share of a \(call.rows)x\(call.depth) by \(call.depth)x\(call.columns) product"
        )
      }
      require(
        status == dnnl_success,
        "oneDNN refused a \(call.rows)x\(call.depth) by \(call.depth)x\(call.columns) product: status \(status)"
      )
    #elseif canImport(Accelerate)
      cblas_sgemm(
        CblasRowMajor, call.transposedA ? CblasTrans : CblasNoTrans,
        call.transposedB ? CblasTrans : CblasNoTrans,
        call.rows, call.columns, call.depth, call.scale, call.a, call.strideA, call.b, call.strideB,
        call.keep,
        call.c, call.strideC)
    #else
      ownProduct(call)
    #endif
  }
}
