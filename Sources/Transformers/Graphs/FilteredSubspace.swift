import Tensors

/// The eigenvectors of the smallest non-zero eigenvalues of a large Laplacian, by products with it.
///
/// A block of vectors, some more than are wanted, is multiplied by a polynomial of L that is small on the part of the
/// spectrum [a, 2] to be left out and grows fast below a; then made orthonormal, the trivial eigenvector included, and
/// rotated to the best approximations within its span (Rayleigh and Ritz), of which the largest value is the next a.
/// A block finds repeated eigenvalues, which methods that grow from a single vector may miss.
///
/// - Source: Zhou, Saad, Tiago, Chelikowsky, "Self-consistent-field calculations using Chebyshev-filtered subspace
///   iteration", 2006.
struct FilteredSubspace {
  private let laplacian: ComponentLaplacian
  private let count: Int
  private let tolerance: Double
  private let blockSize: Int
  /// Products with L for each vector of the block before it is given up.
  private static let productLimit = 20_000
  /// What a filter may multiply the smoothest vector by: more would drown the others in its rounding errors.
  private static let growthLimit = 1e10

  /// Vectors of the block: those wanted and some that speed their convergence, in fours.
  static func blockSize(for count: Int) -> Int { (count + max(8, count / 2) + 3) / 4 * 4 }

  init(of laplacian: ComponentLaplacian, count: Int, tolerance: Double) {
    (self.laplacian, self.count, self.tolerance) = (laplacian, count, tolerance)
    blockSize = Self.blockSize(for: count)
  }

  /// The eigenpairs by rising eigenvalue; nil where they did not converge.
  func solve() -> [(value: Double, vector: [Double])]? {
    let size = laplacian.size
    var random = RandomStream(seed: 0)
    let start = Tensor<Double>.normal([blockSize, size], using: &random)
    var (ritz, products) = (rotated(orthonormal(start, using: &random)), 0)
    while true {
      if ritz.residuals.prefix(count).allSatisfy({ $0 <= tolerance * ritz.values[count - 1] }) {
        let elements = ritz.vectors.elements
        return (0..<count).map { (ritz.values[$0], Array(elements[$0 * size..<($0 + 1) * size])) }
      }
      guard products < Self.productLimit, let cut = ritz.values.last, cut < 2 else { return nil }
      let growth = ChebyshevFilter.growth((2 + cut - 2 * ritz.values[0]) / (2 - cut))
      let degree = growth > 1 ? Self.degree(growth) : 2_000
      let filter = ChebyshevFilter(degree: degree, from: cut, smallest: max(0, ritz.values[0]))
      ritz = rotated(orthonormal(filter.applied(to: ritz.vectors, of: laplacian), using: &random))
      products += degree
    }
  }

  /// The largest degree up to 2,000 whose growth^degree stays within the limit.
  private static func degree(_ growth: Double) -> Int {
    var (degree, total) = (0, 1.0)
    while degree < 2_000 && total * growth < growthLimit { (degree, total) = (degree + 1, total * growth) }
    return max(4, degree)
  }

  private struct Ritz {
    let values: [Double]
    let vectors: Tensor<Double>
    let residuals: [Double]
  }

  /// The combinations of orthonormal rows that come closest to eigenvectors, and how close: ||L v - lambda v||.
  private func rotated(_ rows: Tensor<Double>) -> Ritz {
    let products = ChebyshevFilter.product(laplacian, with: rows)
    let projected = rows.matrixProduct(products, otherTransposed: true)
    let found = SymmetricEigenvectors(smallest: blockSize, of: projected.elements, size: blockSize)
    let turn = Tensor(shape: [blockSize, blockSize], elements: found.vectors)
    let (vectors, images) = (turn.matrixProduct(rows), turn.matrixProduct(products))
    let values = Tensor(shape: [blockSize, 1], elements: found.values)
    let differences = (images - values * vectors)
    let size = laplacian.size
    let residuals = differences.withElements { elements in
      (0..<blockSize).map { row in
        elements[row * size..<(row + 1) * size].reduce(0) { $0 + $1 * $1 }.squareRoot()
      }
    }
    return Ritz(values: found.values, vectors: vectors, residuals: residuals)
  }

  /// Rows at right angles to each other and to the trivial eigenvector, of length 1: Gram and Schmidt, twice. A row
  /// that lies in the span of those before it is replaced by a random one.
  private func orthonormal(_ rows: Tensor<Double>, using random: inout RandomStream) -> Tensor<Double> {
    let size = laplacian.size
    let kernels = Double.kernels
    return Tensor(shape: rows.shape) { out in
      rows.withElements { values in
        for index in values.indices { out[index] = values[index] }
      }
      laplacian.trivial.withUnsafeBufferPointer { trivial in
        guard let trivial = trivial.baseAddress else { return }
        for index in 0..<blockSize {
          let row = out + index * size
          var attempts = 0
          while !clean(row, against: out, index, trivial: trivial, kernels) && attempts < 4 {
            for node in 0..<size { row[node] = random.normal() }
            attempts += 1
          }
        }
      }
    }
  }

  /// False where nothing of the row is left but rounding errors.
  private func clean(
    _ row: UnsafeMutablePointer<Double>, against rows: UnsafeMutablePointer<Double>, _ index: Int,
    trivial: UnsafePointer<Double>, _ kernels: any Kernels<Double>.Type
  ) -> Bool {
    let size = laplacian.size
    guard scale(row, kernels) > 0 else { return false }
    for _ in 0..<2 {
      kernels.accumulate(count: size, scale: -kernels.dot(count: size, row, trivial), x: trivial, y: row)
      for other in 0..<index {
        let before = rows + other * size
        kernels.accumulate(count: size, scale: -kernels.dot(count: size, row, before), x: before, y: row)
      }
      guard scale(row, kernels) > 1e-12 else { return false }
    }
    return true
  }

  /// Gives the row length 1; its length before.
  private func scale(_ row: UnsafeMutablePointer<Double>, _ kernels: any Kernels<Double>.Type) -> Double {
    let length = kernels.dot(count: laplacian.size, row, row).squareRoot()
    guard length > 0, length.isFinite else { return 0 }
    for node in 0..<laplacian.size { row[node] /= length }
    return length
  }
}
