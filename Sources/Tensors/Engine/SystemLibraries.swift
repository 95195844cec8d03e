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
