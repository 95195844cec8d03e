/// The eigenvalues of a symmetric matrix, given as rows, by cyclic Jacobi rotations; of its symmetric half
/// otherwise.
///
/// - Source: Jacobi 1846, in the form of Golub and Van Loan, section 8.5.
package func symmetricEigenvalues(_ rows: [[Double]]) -> [Double] {
  let size = rows.count
  var a = rows.indices.map { i in rows.indices.map { j in (rows[i][j] + rows[j][i]) / 2 } }
  let scale = rows.flatMap { $0 }.reduce(0) { max($0, abs($1)) }
  for _ in 0..<100 {
    var largest = 0.0
    for p in 0..<size {
      for q in 0..<p {
        largest = max(largest, abs(a[p][q]))
        rotate(&a, p, q)
      }
    }
    if largest <= 1e-16 * scale { break }
  }
  return rows.indices.map { a[$0][$0] }.sorted()
}

/// Turns the plane of axes p and q until their off-diagonal element is 0.
private func rotate(_ a: inout [[Double]], _ p: Int, _ q: Int) {
  guard a[p][q] != 0 else { return }
  let ratio = (a[q][q] - a[p][p]) / (2 * a[p][q])
  let tangent = (ratio < 0 ? -1 : 1) / (abs(ratio) + (ratio * ratio + 1).squareRoot())
  let cosine = 1 / (tangent * tangent + 1).squareRoot()
  let sine = tangent * cosine
  for k in a.indices {
    (a[k][p], a[k][q]) = (cosine * a[k][p] - sine * a[k][q], sine * a[k][p] + cosine * a[k][q])
  }
  for k in a.indices {
    (a[p][k], a[q][k]) = (cosine * a[p][k] - sine * a[q][k], sine * a[p][k] + cosine * a[q][k])
  }
}
