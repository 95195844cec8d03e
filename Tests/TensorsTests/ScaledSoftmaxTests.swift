import Foundation
import Tensors
import TestSupport
import Testing

/// Softmax and log sum exp of scaled numbers.
struct ScaledSoftmaxTests {
  @Test("a scale is a factor of the numbers, and of the log-sum taken out again; so are its derivatives")
  func factor() throws {
    let x = normalTensor([3, 4, 19], seed: 93, as: Double.self)
    for scale in [0.2, 1.7, 9] {
      expectClose(
        actual: x.softmax(scale: scale), expected: (x * scale).softmax(), relative: 1e-12, absolute: 1e-15)
      expectClose(
        actual: x.logSumExp(scale: scale), expected: (x * scale).logSumExp() / scale, relative: 1e-13)
    }
    let small = normalTensor([2, 3], seed: 94, as: Double.self)
    try expectDerivativesMatchFiniteDifferences(at: [small], "softmax") { $0[0].softmax(scale: 1.7) }
    try expectDerivativesMatchFiniteDifferences(at: [small], "log sum exp") { $0[0].logSumExp(scale: 1.7) }
  }

  @Test(
    "differences that overflow before a small scale meets them change nothing",
    arguments: VectorUnit.available)
  func smallScale(unit: String) {
    VectorUnit.use(unit) {
      let x = Tensor<Float>(shape: [1, 2], elements: [3e38, -3e38])
      // 1 / (1 + e^-6), and 3 + log(1 + e^-6).
      let weights = x.softmax(scale: 1e-38).elements
      #expect(abs(Double(weights[0]) - 0.9975273768433653) < 1e-6)
      #expect(abs(Double(weights[1]) - 0.0024726231566347743) < 1e-8)
      #expect(abs(Double(x.logSumExp(scale: 1e-38).elements[0]) * 1e-38 - 3.00247568513773) < 1e-5)
    }
  }

  @Test("products that overflow change nothing", arguments: VectorUnit.available)
  func overflow(unit: String) {
    VectorUnit.use(unit) { check(Float.self) }
    VectorUnit.use(unit) { check(Double.self) }
  }

  private func check<Scalar: TensorScalar>(_ type: Scalar.Type) {
    let largest = Scalar.greatestFiniteMagnitude
    for count in [3, 17] {
      let rest = [Scalar](repeating: -largest, count: count - 2)
      let rows = [
        [largest, largest] + rest, [-largest, -largest] + rest, [1, 1] + rest, [-.infinity, 2] + rest,
      ]
      let x = Tensor(shape: [4, count], elements: rows.flatMap { $0 })
      let weights = x.softmax(scale: 1.7).elements
      let ofRows = (0..<4).map { Array(weights[$0 * count..<($0 + 1) * count]) }
      #expect(ofRows[0][0] == 0.5 && ofRows[0][1] == 0.5 && ofRows[0][2...].allSatisfy { $0 == 0 })
      #expect(ofRows[1].allSatisfy { abs($0 * Scalar(count) - 1) < 1e-6 })
      #expect(ofRows[2][0] == 0.5 && ofRows[2][2...].allSatisfy { $0 == 0 })
      #expect(ofRows[3][0] == 0 && ofRows[3][1] == 1)
      let sums = x.logSumExp(scale: 1.7).elements
      #expect(sums[0] == largest && sums[1] == -largest && sums[3] == 2)
      #expect(abs(Double(sums[2]) - 1 - log(2) / 1.7) < 1e-6)
      let slopes = gradient(at: x.sliced(axis: 0, 0..<3)) { $0.logSumExp(scale: 1.7).sum() }
      #expect(slopes.elements == Array(weights[..<(3 * count)]))
    }
  }
}
