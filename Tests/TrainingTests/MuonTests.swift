import Tensors
import Testing
import Training

struct MuonTests {
  /// The iteration as the recipe writes it: more rows than columns are transposed first.
  private func naiveOrthogonalized(_ input: [[Double]]) -> [[Double]] {
    if input.count > input[0].count { return naiveTranspose(naiveOrthogonalized(naiveTranspose(input))) }
    let norm = input.joined().reduce(0) { $0 + $1 * $1 }.squareRoot()
    var x = input.map { $0.map { $0 / norm } }
    for _ in 0..<5 {
      let square = naiveProduct(x, naiveTranspose(x))
      let fourth = naiveProduct(square, square)
      let factor = square.indices.map { i in
        square.indices.map { -4.7750 * square[i][$0] + 2.0315 * fourth[i][$0] }
      }
      let change = naiveProduct(factor, x)
      x = x.indices.map { i in x[i].indices.map { 3.4445 * x[i][$0] + change[i][$0] } }
    }
    return x
  }

  @Test(
    "the iteration brings the singular values of tall, wide and square matrices near 1",
    arguments: [[24, 10], [10, 24], [12, 12], [64, 16], [7, 40]])
  func singular(shape: [Int]) {
    var random = RandomStream(seed: 11)
    var input = Tensor<Double>.normal(shape, standardDeviation: 3, using: &random)
    // A random square matrix may be nearly singular, which five iterations cannot mend: keep away from that.
    if shape[0] == shape[1] {
      var identity = [Double](repeating: 0, count: shape[0] * shape[0])
      for index in 0..<shape[0] { identity[index * shape[0] + index] = 12 }
      input = input + Tensor(shape: shape, elements: identity)
    }
    let values = singularValues(Muon<Double>.orthogonalized(input))
    #expect(values.count == min(shape[0], shape[1]))
    #expect(values[0] < 1.21 && values[values.count - 1] > 0.67, "\(values)")
    let before = singularValues(input)
    #expect(before[0] / before[before.count - 1] > 1.5, "the check needs unequal values: \(before)")
  }

  @Test("the iteration agrees with plain loops", arguments: [[6, 4], [4, 6], [5, 5]])
  func naive(shape: [Int]) {
    var random = RandomStream(seed: 12)
    let input = Tensor<Double>.normal(shape, standardDeviation: 0.2, using: &random)
    let expected = Array(naiveOrthogonalized(matrix(input)).joined())
    let result = Muon<Double>.orthogonalized(input).elements
    #expect(zip(result, expected).allSatisfy { abs($0 - $1) < 1e-12 })
    let zero = Muon<Double>.orthogonalized(.zeros(shape))
    #expect(zero.elements.allSatisfy { $0 == 0 })
  }

  @Test("several updates agree with plain loops, each parameter seen as its matrix")
  func updates() {
    // Stored shape, and the rows x columns that are meant.
    let shapes = [("queries", [2, 5, 4]), ("memories", [3, 7]), ("wide", [3, 8])]
    let meant = [(10, 4), (7, 3), (3, 8)]
    let view: @Sendable (String, [Int]) -> MatrixView? = { name, _ in
      name == "queries" ? MatrixView(rowAxisCount: 2) : name == "memories" ? .transposed : .plain
    }
    var optimizer = Muon<Double>(weightDecay: WeightDecay(0.5, on: ["wide"]), view: view)
    var parameters: ParameterValues<Double> = randomParameters(shapes, seed: 1)
    var expected = arrays(parameters)
    var momenta = expected.map { $0.map { _ in 0.0 } }
    for step in 0..<4 {
      let rate = 0.1 / Double(step + 1)
      let gradient: ParameterValues<Double> = randomParameters(shapes, seed: 50 + UInt64(step))
      parameters = optimizer.update(parameters, gradients: gradient, learningRate: rate)
      for (i, g) in arrays(gradient).enumerated() {
        momenta[i] = zip(momenta[i], g).map { 0.95 * $0 + $1 }
        let direction = zip(g, momenta[i]).map { $0 + 0.95 * $1 }
        let (rows, columns) = meant[i]
        var u = (0..<rows).map { row in
          (0..<columns).map { i == 1 ? direction[$0 * rows + row] : direction[row * columns + $0] }
        }
        u = naiveOrthogonalized(u)
        let flat = Array((i == 1 ? naiveTranspose(u) : u).joined())
        let factor = max(1, Double(rows) / Double(columns)).squareRoot()
        let keep = i == 2 ? 1 - rate * 0.5 : 1
        expected[i] = zip(expected[i], flat).map { $0 * keep - rate * factor * $1 }
      }
    }
    #expect(largestDifference(parameters, expected) < 1e-12)
  }

  @Test("a parameter that is no matrix is refused by name")
  func refusal() {
    let parameters: ParameterValues<Float> = randomParameters([("matrix", [3, 4]), ("bias", [5])], seed: 1)
    let error = #expect(throws: ParameterGroupError.self) { try Muon<Float>().check(parameters) }
    #expect(error?.description == "Muon: parameter \"bias\" of shape [5] has no view as a matrix")
  }
}
