import Foundations
import Tensors

/// The eigenvalues and eigenvectors of a Lanczos process's tridiagonal matrix.
///
/// A Ritz value theta with the vector s of T belongs to y = Q s, for which |A y - theta y| = beta |last number of s|: so far from
/// theta lies an eigenvalue of A at most.
///
/// - Source: Parlett 1980, sections 11.4 and 13.2.
struct RitzValues: Sendable {
  /// theta, rising.
  let values: [Double]
  /// The residual bound of each.
  let bounds: [Double]
  /// s of each.
  let vectors: [[Double]]

  /// Those of a process after its last product.
  init(of basis: KrylovBasis) {
    let size = basis.steps
    var matrix = [Double](repeating: 0, count: size * size)
    for index in 0..<size {
      matrix[index * size + index] = basis.diagonal[index]
      guard index + 1 < size else { continue }
      matrix[index * size + index + 1] = basis.offDiagonal[index]
      matrix[(index + 1) * size + index] = basis.offDiagonal[index]
    }
    let found = SymmetricEigenvectors(smallest: size, of: matrix, size: size)
    values = found.values
    vectors = (0..<size).map { Array(found.vectors[$0 * size..<($0 + 1) * size]) }
    let coupling = basis.offDiagonal.last ?? 0
    bounds = vectors.map { abs($0[size - 1]) * coupling }
  }
}
