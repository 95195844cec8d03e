import Tensors

/// Plain arrays and loops that the tests compute expected values with.
typealias Arrays = [[Double]]

/// Parameters of different shapes, filled with normal numbers.
func randomParameters<Scalar>(
  _ shapes: [(String, [Int])], seed: UInt64, as type: Scalar.Type = Scalar.self
) -> ParameterValues<Scalar> {
  var random = RandomStream(seed: seed)
  return ParameterValues(
    names: shapes.map(\.0), values: shapes.map { .normal($0.1, standardDeviation: 1, using: &random) })
}

func arrays(_ values: ParameterValues<Double>) -> Arrays { values.values.map(\.elements) }

/// The largest difference between tensors and plain arrays.
func largestDifference(_ values: ParameterValues<Double>, _ expected: Arrays) -> Double {
  precondition(values.values.map(\.count) == expected.map(\.count))
  return zip(arrays(values).joined(), expected.joined()).map { abs($0 - $1) }.max() ?? 0
}

/// The bits of every number, for comparisons that allow no difference at all.
func bits(_ values: ParameterValues<Float>) -> [[UInt32]] {
  values.values.map { $0.elements.map(\.bitPattern) }
}

/// Central differences of a function of one tensor.
func numericalGradient(
  at point: Tensor<Double>, step: Double = 1e-5, of function: (Tensor<Double>) -> Tensor<Double>
) -> [Double] {
  let elements = point.elements
  return elements.indices.map { index in
    var (up, down) = (elements, elements)
    up[index] += step
    down[index] -= step
    let values = [up, down].map { function(Tensor(shape: point.shape, elements: $0)).scalar }
    return (values[0] - values[1]) / (2 * step)
  }
}

/// A product of row-major matrices by three loops.
func naiveProduct(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
  a.map { row in
    b[0].indices.map { column in row.indices.reduce(0) { $0 + row[$1] * b[$1][column] } }
  }
}

func naiveTranspose(_ a: [[Double]]) -> [[Double]] {
  a[0].indices.map { column in a.map { $0[column] } }
}

func matrix(_ tensor: Tensor<Double>) -> [[Double]] {
  let columns = tensor.shape[1]
  return (0..<tensor.shape[0]).map { Array(tensor.elements[$0 * columns..<($0 + 1) * columns]) }
}

/// Singular values in falling order: roots of the eigenvalues of the smaller square, by Jacobi rotations.
func singularValues(_ tensor: Tensor<Double>) -> [Double] {
  let x = matrix(tensor)
  let y = naiveTranspose(x)
  var s = x.count <= y.count ? naiveProduct(x, y) : naiveProduct(y, x)
  let size = s.count
  for _ in 0..<30 {
    for p in 0..<size {
      for q in p + 1..<size where abs(s[p][q]) > 1e-300 {
        let theta = (s[q][q] - s[p][p]) / (2 * s[p][q])
        let t = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
        let c = 1 / (t * t + 1).squareRoot()
        for k in 0..<size {
          (s[k][p], s[k][q]) = (c * s[k][p] - t * c * s[k][q], t * c * s[k][p] + c * s[k][q])
        }
        for k in 0..<size {
          (s[p][k], s[q][k]) = (c * s[p][k] - t * c * s[q][k], t * c * s[p][k] + c * s[q][k])
        }
      }
    }
  }
  return (0..<size).map { max(0, s[$0][$0]).squareRoot() }.sorted(by: >)
}
