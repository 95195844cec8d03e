import Foundations

#if canImport(CLAPACK)
  import CLAPACK
#elseif canImport(Accelerate)
  import Accelerate
#endif

/// The smallest eigenvalues of a symmetric matrix and their eigenvectors, by the system's LAPACK (dsyevr).
///
/// - Cost: about 4/3 size³ operations, on one thread with the reference library. The last bits are those of the
///   LAPACK that is installed.
/// - Source: Anderson et al., "LAPACK Users' Guide", 1999.
package struct SymmetricEigenvectors {
  /// The eigenvalues, rising.
  package let values: [Double]
  /// The eigenvectors one after the other, of length 1 and at right angles to each other.
  package let vectors: [Double]

  /// The `count` smallest of a matrix of shape [size, size], of which one triangle is read.
  package init(smallest count: Int, of matrix: [Double], size: Int) {
    require(matrix.count == size * size, "\(matrix.count) elements for a matrix of shape \([size, size])")
    require((0...size).contains(count), "\(count) eigenvectors of a matrix of shape \([size, size])")
    guard count > 0 else {
      (values, vectors) = ([], [])
      return
    }
    var (matrix, found) = (matrix, Int32(0))
    var values = [Double](repeating: 0, count: size)
    var vectors = [Double](repeating: 0, count: size * count)
    var support = [Int32](repeating: 0, count: 2 * count)
    let status = Self.solve(&matrix, size, count, &found, &values, &vectors, &support)
    if Self.memoryFaults.contains(status) {
      OutOfMemory.stop(
        inLibrary: "LAPACK's share of \(count) eigenvectors of a matrix of shape \([size, size])")
    }
    require(
      status == 0 && Int(found) == count,
      "LAPACK found \(found) of \(count) eigenvectors of a matrix of shape \([size, size]): status \(status)")
    self.values = Array(values[..<count])
    self.vectors = vectors
  }

  /// What LAPACKE returns where it got no memory to work in.
  private static let memoryFaults: [Int32] = [-1010, -1011]

  #if canImport(CLAPACK)
    private static func solve(
      _ matrix: inout [Double], _ size: Int, _ count: Int, _ found: inout Int32, _ values: inout [Double],
      _ vectors: inout [Double], _ support: inout [Int32]
    ) -> Int32 {
      LAPACKE_dsyevr(
        LAPACK_COL_MAJOR, CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "I")), CChar(UInt8(ascii: "U")),
        Int32(size), &matrix, Int32(size), 0, 0, 1, Int32(count), 0, &found, &values, &vectors, Int32(size),
        &support)
    }
  #elseif canImport(Accelerate)
    // Written, not tested.
    private static func solve(
      _ matrix: inout [Double], _ size: Int, _ count: Int, _ found: inout Int32, _ values: inout [Double],
      _ vectors: inout [Double], _ support: inout [Int32]
    ) -> Int32 {
      var (job, range, triangle) = (
        CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "I")), CChar(UInt8(ascii: "U"))
      )
      var (n, first, last, info) = (Int32(size), Int32(1), Int32(count), Int32(0))
      var (lead, outLead) = (n, n)
      var (low, high, tolerance) = (0.0, 0.0, 0.0)
      var (workCount, indexCount) = (Int32(26 * size), Int32(10 * size))
      var work = [Double](repeating: 0, count: 26 * size)
      var indices = [Int32](repeating: 0, count: 10 * size)
      dsyevr_(
        &job, &range, &triangle, &n, &matrix, &lead, &low, &high, &first, &last, &tolerance, &found, &values,
        &vectors, &outLead, &support, &work, &workCount, &indices, &indexCount, &info)
      return info
    }
  #else
    private static func solve(
      _ matrix: inout [Double], _ size: Int, _ count: Int, _ found: inout Int32, _ values: inout [Double],
      _ vectors: inout [Double], _ support: inout [Int32]
    ) -> Int32 { fatalError("eigenvectors need LAPACK, which this system lacks") }
  #endif
}

extension SystemLibraries {
  /// The library of eigenvectors and its version.
  public static var eigenvectors: String {
    #if canImport(CLAPACK)
      var (major, minor, patch) = (Int32(0), Int32(0), Int32(0))
      LAPACKE_ilaver(&major, &minor, &patch)
      return "LAPACK \(major).\(minor).\(patch)"
    #elseif canImport(Accelerate)
      return "Accelerate"
    #else
      return "none"
    #endif
  }
}
