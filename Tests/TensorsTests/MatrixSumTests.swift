import Tensors
import TestSupport
import Testing

/// Sums of matrix products that are read and written where layers lie, against plain loops.
struct MatrixSumTests {
  /// sum over k of a[i, k] b[k, j].
  private func product(_ a: Tensor<Double>, _ b: Tensor<Double>) -> Tensor<Double> {
    let (rows, depth, columns) = (a.shape[0], a.shape[1], b.shape[1])
    let (left, right) = (a.elements, b.elements)
    let elements = (0..<rows * columns).map { index in
      (0..<depth).reduce(0) {
        $0 + left[index / columns * depth + $1] * right[$1 * columns + index % columns]
      }
    }
    return Tensor(shape: [rows, columns], elements: elements)
  }

  @Test("products of columns, transposed or not, are added to the columns they are for and to no other")
  func products() {
    func check<Scalar: TensorScalar>(_ type: Scalar.Type, _ tolerance: Double) {
      let a = normalTensor([5, 1, 9], seed: 1)
      let b = normalTensor([7, 11], seed: 2)
      let start = normalTensor([5, 1, 13], seed: 3)
      func columns(_ tensor: Tensor<Double>, _ range: Range<Int>) -> MatrixColumns<Scalar> {
        MatrixColumns(tensor.converted(to: type), range)
      }
      let left = a.reshaped([5, 9]).sliced(axis: 1, 2..<8)  // [5, 6]
      let right = b.sliced(axis: 1, 3..<9)  // [7, 6]
      let initial = start.reshaped([5, 13])

      let sum = MatrixSum(start.converted(to: type))
      sum.add(-2, columns(a, 2..<8), times: columns(b, 3..<9), otherTransposed: true, to: 4..<11)
      let expected = Tensor.concatenated(
        [
          initial.sliced(axis: 1, 0..<4),
          initial.sliced(axis: 1, 4..<11) - product(left, right.transposed) * 2,
          initial.sliced(axis: 1, 11..<13),
        ], axis: 1)
      expectClose(
        actual: sum.tensor([5, 13]), expected: expected, relative: tolerance, absolute: 4 * tolerance)

      let whole = MatrixSum<Scalar>(zeros: [6, 11])
      whole.add(1, columns(b, 3..<9), transposed: true, times: columns(b, 0..<11))
      whole.add(1, columns(b, 3..<9), transposed: true, times: columns(b, 0..<11))
      expectClose(
        actual: whole.tensor([6, 11]), expected: product(right.transposed, b) * 2, relative: tolerance,
        absolute: 4 * tolerance)
      expectClose(
        actual: columns(a, 1..<8).product(columns(b, 0..<11)),
        expected: product(a.reshaped([5, 9]).sliced(axis: 1, 1..<8), b), relative: tolerance,
        absolute: 4 * tolerance)
    }
    check(Double.self, 1e-13)
    check(Float.self, 2e-6)
  }

  @Test("a product large enough to be cut for several threads is the same")
  func large() {
    let (a, b) = (
      normalTensor([300, 520], seed: 4, as: Float.self), normalTensor([520, 450], seed: 5, as: Float.self)
    )
    let sum = MatrixSum<Float>(zeros: [300, 460])
    sum.add(1, MatrixColumns(a), times: MatrixColumns(b), to: 7..<457)
    let found = sum.tensor([300, 460])
    expectClose(
      actual: found.sliced(axis: 1, 7..<457), expected: a.matrixProduct(b), relative: 1e-5, absolute: 1e-4)
    expectClose(
      actual: found.sliced(axis: 1, 457..<460), expected: Tensor<Float>.zeros([300, 3]), relative: 0)
  }

  @Test("numbers are added to some columns and to all, and written over some; rows have inner products")
  func numbers() {
    let (a, b) = (normalTensor([3, 7], seed: 6), normalTensor([3, 4], seed: 7))
    let sum = MatrixSum<Double>(zeros: [3, 7])
    sum.add(2, a)
    sum.add(-1, MatrixColumns(b, 1..<4), to: 2..<5)
    sum.set(5..<6, to: Tensor(shape: [3], elements: [8, 9, 10]))
    let found = sum.tensor([3, 7])
    for row in 0..<3 {
      for column in 0..<7 {
        let added = (2..<5).contains(column) ? 2 * a[row, column] - b[row, column - 1] : 2 * a[row, column]
        #expect(abs(found[row, column] - (column == 5 ? Double(8 + row) : added)) < 1e-14)
      }
    }
    let products = MatrixColumns(a, 2..<5).innerProducts(MatrixColumns(b, 1..<4))
    for row in 0..<3 {
      let expected = (0..<3).reduce(0) { $0 + a[row, 2 + $1] * b[row, 1 + $1] }
      #expect(abs(products[row] - expected) < 1e-14)
    }
    let long = normalTensor([2, 77], seed: 8)
    expectClose(
      actual: MatrixColumns(long).innerProducts(MatrixColumns(long)), expected: long.squared().sum(axes: [1]),
      relative: 1e-14)
  }
}
