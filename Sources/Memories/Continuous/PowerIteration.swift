import Tensors

/// The largest eigenvalues of several symmetric matrices without eigenvalues below 0, known by their products
/// alone.
enum PowerIteration {
  private static var limit: Int { 200 }

  /// One eigenvalue for each of `count` matrices; `product` takes a row of `dimension` numbers for each to
  /// their products.
  ///
  /// v <- J v / |J v| until the largest change of v·J v is below 1e-6 of it, whose error is the square of
  /// that of v. The start is the same random direction for all matrices and every call. A product that is not a number
  /// makes its eigenvalue NaN.
  static func largestEigenvalues<Scalar: TensorScalar>(
    count: Int, dimension: Int, product: (Tensor<Scalar>) -> Tensor<Scalar>
  ) -> [Double] {
    var random = RandomStream(seed: 0x5EED)
    var directions = unit(
      Tensor<Scalar>.normal([1, dimension], using: &random).repeated(to: [count, dimension]))
    var values = [Double](repeating: 0, count: count)
    for _ in 0..<limit {
      let products = product(directions)
      let found = (directions * products).sum(axes: [1]).elements.map { Double($0) }
      let isSettled = zip(found, values).allSatisfy { $0.isNaN || abs($0 - $1) <= 1e-6 * abs($0) }
      values = found
      if isSettled { break }
      directions = unit(products)
    }
    return values
  }

  /// Rows of length 1; those of length 0 stay.
  private static func unit<Scalar: TensorScalar>(_ rows: Tensor<Scalar>) -> Tensor<Scalar> {
    // The largest number is taken out first: its square might be 0 or infinite.
    let largest = rows.absoluteValue().maximum(axis: 1, keepingDimensions: true)
    let scaled = rows / largest.atLeast(.leastNormalMagnitude)
    let lengths = scaled.squared().sum(axes: [1], keepingDimensions: true).squareRoot()
    return scaled / lengths.atLeast(.leastNormalMagnitude)
  }
}
