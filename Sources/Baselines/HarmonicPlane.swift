/// The Laplace equation in the hole of one channel of one image.
///
/// A u = b over the hidden pixels, with A_pp the number of neighbours of p and A_pq = -1 for hidden neighbours, b_p
/// the sum of the visible neighbours. A is symmetric, and positive definite when any pixel is visible.
struct HarmonicPlane {
  private let width: Int
  /// Columns of the plane with a border of one pixel, which stays 0 and spares every test for the image's edge.
  private let stride: Int
  /// The indices of the unknowns in the bordered plane.
  private var unknowns: [Int] = []
  private var neighbourCount: [Double]
  private var values: [Double]

  /// A plane of which `visible` gives each pixel's value, nil for the unknown ones.
  init(height: Int, width: Int, visible: (Int) -> Double?) {
    self.width = width
    stride = width + 2
    let size = (height + 2) * stride
    neighbourCount = [Double](repeating: 0, count: size)
    values = [Double](repeating: 0, count: size)
    var sum = 0.0
    for row in 0..<height {
      for column in 0..<width {
        let index = (row + 1) * stride + column + 1
        let vertical = (row > 0 ? 1 : 0) + (row + 1 < height ? 1 : 0)
        let horizontal = (column > 0 ? 1 : 0) + (column + 1 < width ? 1 : 0)
        neighbourCount[index] = Double(vertical + horizontal)
        if let value = visible(row * width + column) {
          values[index] = value
          sum += value
        } else {
          unknowns.append(index)
        }
      }
    }
    let known = height * width - unknowns.count
    let guess = known > 0 ? sum / Double(known) : 0.5
    for index in unknowns { values[index] = guess }
    if known == 0 { unknowns = [] }
  }

  /// The value of a pixel counted row by row.
  func value(_ position: Int) -> Double {
    values[(position / width + 1) * stride + position % width + 1]
  }

  /// Conjugate gradient from the mean of the visible pixels.
  ///
  /// - Returns: The largest difference between an unknown and the mean of its neighbours.
  mutating func solve(tolerance: Double) -> Double {
    if unknowns.isEmpty { return 0 }
    var residual = [Double](repeating: 0, count: values.count)
    var image = residual
    // The visible values are part of `values`, so this is b - A u at once.
    apply(values, &image)
    for index in unknowns { residual[index] = -image[index] }
    var direction = residual
    var square = squaredNorm(residual)
    // In exact arithmetic as many iterations as unknowns are enough.
    for _ in 0..<10 * unknowns.count + 10 {
      if largest(residual) <= tolerance / 2 { break }
      apply(direction, &image)
      var curvature = 0.0
      for index in unknowns { curvature += direction[index] * image[index] }
      let step = square / curvature
      for index in unknowns {
        values[index] += step * direction[index]
        residual[index] -= step * image[index]
      }
      let next = squaredNorm(residual)
      for index in unknowns { direction[index] = residual[index] + next / square * direction[index] }
      square = next
    }
    // Measured again: the running residual drifts from the true one.
    apply(values, &image)
    return largest(image)
  }

  private func apply(_ x: [Double], _ result: inout [Double]) {
    for index in unknowns {
      result[index] =
        neighbourCount[index] * x[index] - x[index - 1] - x[index + 1] - x[index - stride] - x[index + stride]
    }
  }

  private func squaredNorm(_ x: [Double]) -> Double {
    var sum = 0.0
    for index in unknowns { sum += x[index] * x[index] }
    return sum
  }

  private func largest(_ residual: [Double]) -> Double {
    var result = 0.0
    for index in unknowns { result = max(result, abs(residual[index]) / neighbourCount[index]) }
    return result
  }
}
