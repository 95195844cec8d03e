import Foundation
import Landscapes
import Tensors
import TestSupport
import Testing

struct LanczosTests {
  private let random = RandomStream(seed: 17)

  @Test("the ends of a spectrum are those of the whole, with eigenvectors and bounds that hold")
  func denseMatrices() {
    let matrices = [MatrixOperator<Double>.random(40, seed: 1), MatrixOperator<Double>.random(40, seed: 2)]
    let matrix = MatrixOperator<Double>(matrices: matrices)
    let found = matrix.extremeEigenvalues(smallest: 3, largest: 2, tolerance: 1e-10, random: random)
    for (example, dense) in matrix.allEigenvalues().enumerated() {
      let ends = found[example]
      #expect(ends.hasConverged)
      for (pair, expected) in zip(ends.smallest, dense) { #expect(abs(pair.value - expected) < 1e-9) }
      for (pair, expected) in zip(ends.largest, dense.reversed()) {
        #expect(abs(pair.value - expected) < 1e-9)
      }
      for pair in ends.smallest + ends.largest {
        let v = pair.vector.elements
        let residual = zip(matrices[example], v).map { row, number in
          zip(row, v).reduce(0) { $0 + $1.0 * $1.1 } - pair.value * number
        }
        #expect(abs(v.reduce(0) { $0 + $1 * $1 } - 1) < 1e-12)
        #expect(residual.reduce(0) { $0 + $1 * $1 }.squareRoot() <= pair.bound + 1e-12)
      }
    }
  }

  @Test("a chain of springs has the eigenvalues 2 - 2 cos(k pi / (n + 1))")
  func chainOfSprings() {
    let size = 60
    let chain = (0..<size).map { row in
      (0..<size).map { column in row == column ? 2.0 : abs(row - column) == 1 ? -1 : 0 }
    }
    let found = MatrixOperator<Double>(matrices: [chain]).extremeEigenvalues(
      smallest: 2, largest: 2, tolerance: 1e-12, random: random)[0]
    let expected = (1...size).map { 2 - 2 * cos(Double($0) * .pi / Double(size + 1)) }
    #expect(abs(found.smallest[0].value - expected[0]) < 1e-11)
    #expect(abs(found.smallest[1].value - expected[1]) < 1e-11)
    #expect(abs(found.largest[0].value - expected[size - 1]) < 1e-11)
    #expect(abs(found.largest[1].value - expected[size - 2]) < 1e-11)
  }

  @Test("a small space is exhausted, with eigenvalues as often as they occur")
  func repeatedEigenvalues() {
    let numbers = [1.0, 1, 1, 2, 2, 5, 5, 5, 5, -3]
    let matrix = MatrixOperator<Double>(
      matrices: [
        MatrixOperator<Double>.diagonal(numbers),
        MatrixOperator<Double>.diagonal([Double](repeating: 0, count: 10)),
      ])
    let found = matrix.extremeEigenvalues(smallest: 10, largest: 0, random: random)
    #expect(found[0].isComplete && found[1].isComplete)
    for (value, expected) in zip(found[0].ritzValues, numbers.sorted()) {
      #expect(abs(value - expected) < 1e-12)
    }
    #expect(found[0].steps == 10)
    #expect(found[1].ritzValues == [Double](repeating: 0, count: 10))
  }

  @Test("directions beside the space come in neither as zeros nor as anything else, however many steps")
  func excludedDirections() {
    // Without the mean: the eigenvalues of the rest lie between 5 and 15, far from the zero of the mean.
    let size = 48
    let ones = [Double](repeating: 1 / Double(size).squareRoot(), count: size)
    let numbers = (0..<size).map { 5 + 10 * Double($0) / Double(size - 1) }
    let projected = (0..<size).map { row in
      (0..<size).map { column -> Double in
        let mean = numbers.reduce(0, +) / Double(size)
        let diagonal = row == column ? numbers[row] : 0
        return diagonal + (mean - numbers[row] - numbers[column]) / Double(size)
      }
    }
    let matrix = MatrixOperator<Double>(matrices: [projected], excluded: [ones])
    let found = matrix.extremeEigenvalues(smallest: size, largest: 0, steps: 200, random: random)[0]
    let dense = matrix.allEigenvalues()[0]
    #expect(abs(dense[0]) < 1e-12)
    #expect(found.isComplete && found.steps == size - 1)
    for (value, expected) in zip(found.ritzValues, dense.dropFirst()) {
      #expect(abs(value - expected) < 1e-10)
    }
  }

  @Test("what one example finds does not depend on its batch")
  func independentExamples() {
    let matrices = [
      MatrixOperator<Double>.random(20, seed: 5),
      MatrixOperator<Double>.diagonal((0..<20).map { Double($0 / 4) }),
    ]
    let both = MatrixOperator<Double>(matrices: matrices).extremeEigenvalues(random: random)
    for example in 0..<2 {
      let alone = MatrixOperator<Double>(matrices: [matrices[example]]).extremeEigenvalues(random: random)
      #expect(alone[0].ritzValues == both[example].ritzValues)
    }
  }

  @Test("single precision finds the ends to its rounding")
  func singlePrecision() {
    let matrices = [MatrixOperator<Double>.random(30, seed: 8)]
    let expected = MatrixOperator<Double>(matrices: matrices).allEigenvalues()[0]
    let found = MatrixOperator<Float>(matrices: matrices).extremeEigenvalues(
      tolerance: 1e-5, random: random)[0]
    #expect(abs(found.smallest[0].value - expected[0]) < 1e-4)
    #expect(abs(found.largest[0].value - expected[29]) < 1e-4)
  }

  @Test("after too few steps the bounds say how far off the ends may be")
  func boundsOfFewSteps() {
    let matrix = MatrixOperator<Double>(matrices: [MatrixOperator<Double>.random(60, seed: 9)])
    let found = matrix.extremeEigenvalues(tolerance: 1e-12, steps: 12, random: random)[0]
    let dense = matrix.allEigenvalues()[0]
    #expect(!found.hasConverged && !found.isComplete && found.steps == 12)
    let pair = found.smallest[0]
    #expect(pair.bound > 0 && dense.contains { abs($0 - pair.value) <= pair.bound })
  }
}
