import Baselines
import Tensors
import Testing

struct GaussianBaselineTests {
  private let training = BaselineExamples.images(61, height: 4, width: 5, channels: 2, seed: 31)

  /// The conditional mean of each image from its own dense system, by elimination in double precision.
  private func direct(_ images: Tensor<Float>, _ hidden: Tensor<Float>, ridge: Double) -> [Double] {
    let (count, pixels) = (training.shape[0], training.shape[1])
    let rows = (0..<count).map { row in (0..<pixels).map { Double(training[row, $0]) } }
    let mean = (0..<pixels).map { pixel in rows.reduce(0) { $0 + $1[pixel] } / Double(count) }
    let covariance = (0..<pixels).map { p in
      (0..<pixels).map { q in
        rows.reduce(0) { $0 + ($1[p] - mean[p]) * ($1[q] - mean[q]) } / Double(count)
      }
    }
    return (0..<images.shape[0]).flatMap { image -> [Double] in
      let visible = (0..<pixels).filter { hidden[image, $0] == 0 }
      let matrix = visible.map { p in visible.map { q in covariance[p][q] + (p == q ? ridge : 0) } }
      let weights = solution(of: matrix, visible.map { Double(images[image, $0]) - mean[$0] })
      return (0..<pixels).map { pixel in
        if hidden[image, pixel] == 0 { return Double(images[image, pixel]) }
        return zip(visible, weights).reduce(mean[pixel]) { $0 + covariance[pixel][$1.0] * $1.1 }
      }
    }
  }

  private func solution(of matrix: [[Double]], _ right: [Double]) -> [Double] {
    var rows = zip(matrix, right).map { $0 + [$1] }
    let size = rows.count
    for column in 0..<size {
      let pivot = (column..<size).max { abs(rows[$0][column]) < abs(rows[$1][column]) } ?? column
      rows.swapAt(column, pivot)
      for row in column + 1..<max(size, column + 1) {
        let factor = rows[row][column] / rows[column][column]
        for entry in column...size { rows[row][entry] -= factor * rows[column][entry] }
      }
    }
    var result = [Double](repeating: 0, count: size)
    for row in (0..<size).reversed() {
      let known = (row + 1..<max(size, row + 1)).reduce(0.0) { $0 + rows[row][$1] * result[$1] }
      result[row] = (rows[row][size] - known) / rows[row][row]
    }
    return result
  }

  @Test("the conditional mean is that of a dense solve", arguments: [0.003, 0.0001, 0.5])
  func denseSolve(ridge: Double) throws {
    // More than one block of images; one hides all its pixels, one none.
    let images = BaselineExamples.images(131, height: 4, width: 5, channels: 2, seed: 32)
    let mask = BaselineExamples.mask([131, 40], share: 0.5, seed: 33)
    let hidden = Tensor.concatenated(
      [.ones([1, 40]), .zeros([1, 40]), mask.sliced(axis: 0, 2..<131)], axis: 0)
    let solution = try GaussianCompletion(training: training, ridge: ridge).solution(images, hidden: hidden)
    let expected = Tensor(shape: [131, 40], elements: direct(images, hidden, ridge: ridge))
    #expect(BaselineExamples.largestDifference(solution.images.converted(to: Double.self), expected) < 2e-5)
    #expect(solution.relativeResidual <= 1e-5 && solution.relativeResidual > 0)
    #expect(solution.iterations > 1)
    BaselineExamples.expectVisibleKept(solution.images, images, hidden: hidden)
  }

  @Test("a tolerance beyond single precision is reached by refinement")
  func refinement() throws {
    let images = BaselineExamples.images(3, height: 4, width: 5, channels: 2, seed: 34)
    let hidden = BaselineExamples.mask([3, 40], share: 0.5, seed: 35)
    let completion = GaussianCompletion(training: training, ridge: 0.0001, tolerance: 1e-11)
    let solution = try completion.solution(images, hidden: hidden)
    #expect(solution.relativeResidual <= 1e-11)
    let expected = Tensor(shape: [3, 40], elements: direct(images, hidden, ridge: 0.0001))
    // What is left is the rounding of the covariance and of the result to single precision.
    #expect(BaselineExamples.largestDifference(solution.images.converted(to: Double.self), expected) < 5e-6)
  }

  @Test("too few iterations are an error that says how far it came")
  func notConverged() {
    let images = BaselineExamples.images(2, height: 4, width: 5, channels: 2, seed: 36)
    let hidden = BaselineExamples.mask([2, 40], share: 0.5, seed: 37)
    let completion = GaussianCompletion(training: training, ridge: 0.0001, iterationLimit: 3)
    let error = #expect(throws: CompletionNotConverged.self) {
      try completion.completed(images, hidden: hidden)
    }
    #expect(error?.description.contains("after 3 iterations, expected at most 1e-05") == true)
  }
}
