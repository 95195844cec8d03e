import CKernels
import Foundations

#if canImport(CDNNL)
  import CDNNL
#endif

/// What computes: recorded with results, since another version may round differently.
public enum SystemLibraries {
  /// The library of float matrix products and its version.
  public static var matrixProducts: String {
    #if canImport(CDNNL)
      guard let version = dnnl_version()?.pointee else { return "oneDNN" }
      return "oneDNN \(version.major).\(version.minor).\(version.patch)"
    #elseif canImport(Accelerate)
      return "Accelerate"
    #else
      return "own kernels"
    #endif
  }

  /// The vector unit of the package's own loops.
  public static var vectorUnit: String { "\(VectorUnit.current)" }
}

/// The vector instructions that kernels use, so that tests can hold every set of them against the others.
package enum VectorUnit {
  /// The unit in use on this thread: the widest of the processor unless another was chosen by `use`.
  package static var current: String { String(cString: et_vector_unit()) }

  /// The units of this processor, widest first.
  package static var available: [String] {
    ["avx512", "avx2", "neon", "plain"].filter { name in
      defer { _ = et_use_vector_unit(nil) }
      return et_use_vector_unit(name) != 0
    }
  }

  /// Calls `body` with the kernels of one unit.
  ///
  /// The choice holds for this thread alone, so loops inside run in place.
  package static func use<Result>(_ name: String, _ body: () throws -> Result) rethrows -> Result {
    require(et_use_vector_unit(name) != 0, "no vector unit \(name) here; there are \(available)")
    let before = et_set_inside_parallel_loop(1)
    defer {
      _ = et_set_inside_parallel_loop(before)
      _ = et_use_vector_unit(nil)
    }
    return try body()
  }
}
