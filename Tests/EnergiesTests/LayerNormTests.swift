import Energies
import EnergyTesting
import Tensors
import TestSupport
import Testing

struct LayerNormTests {
  let gamma = 1.3
  let epsilon = 1e-2
  let dimension = 5

  private func norm(gamma: Double? = nil) -> LayerNormLagrangian<Double> {
    LayerNormLagrangian(
      gamma: Tensor(gamma ?? self.gamma), delta: normalTensor([dimension], seed: 50), epsilon: epsilon)
  }

  /// Rows of dg/dx of one token.
  private func hessian(_ x: Tensor<Double>) -> [[Double]] {
    (0..<dimension).map { component in
      let variable = x.variable()
      var unit = [Double](repeating: 0, count: dimension)
      unit[component] = 1
      let g = norm().activations(at: Tokens(variable)).values
      return gradients(
        of: g, withRespectTo: [variable], cotangent: Tensor(shape: x.shape, elements: unit))[0].elements
    }
  }

  @Test("the Hessian is gamma / s (I - 11ᵀ/D - zzᵀ/D)")
  func hessianFormula() {
    let x = normalTensor([1, 1, 5], seed: 51)
    let elements = x.elements
    let mean = elements.reduce(0, +) / 5
    let variance = elements.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 5
    let s = (variance + epsilon).squareRoot()
    let z = elements.map { ($0 - mean) / s }
    var expected: [Double] = []
    for i in 0..<5 {
      for j in 0..<5 {
        let projector: Double = (i == j ? 1.0 : 0.0) - 0.2
        expected.append(gamma / s * (projector - z[i] * z[j] / 5))
      }
    }
    expectClose(
      actual: Tensor(shape: [25], elements: hessian(x).flatMap { $0 }),
      expected: Tensor(shape: [25], elements: expected), relative: 1e-12, absolute: 1e-14)

    // 0 along the ones, gamma epsilon / s³ along z, gamma / s on the rest.
    let wanted = [0, gamma * epsilon / (s * s * s), gamma / s, gamma / s, gamma / s]
    let found = symmetricEigenvalues(hessian(x))
    for (a, b) in zip(found, wanted) { #expect(abs(a - b) < 1e-13, "\(found), expected \(wanted)") }
  }

  @Test("a constant token has the largest slope, gamma / sqrt(epsilon)")
  func constantToken() {
    let values = symmetricEigenvalues(hessian(Tensor(repeating: 2, shape: [1, 1, 5])))
    #expect(abs(values[4] - gamma / epsilon.squareRoot()) < 1e-12)
    #expect(abs(values[0]) < 1e-12)
  }

  @Test("a negative gain is reported: a descent would climb")
  func negativeGain() {
    let report = LagrangianLaws.check(norm(gamma: -0.7), at: Tokens(normalTensor([2, 3, 5], seed: 52)))
    #expect(!report.isSatisfied)
    #expect(Set(report.violations.map(\.law)) == [.semiDefiniteHessian], "\(report)")
    #expect(report.description.contains("a descent along it would climb"))
  }

  @Test("a gain of zero is no violation")
  func zeroGain() {
    let report = LagrangianLaws.check(norm(gamma: 0), at: Tokens(normalTensor([2, 3, 5], seed: 53)))
    #expect(report.isSatisfied, "\(report)")
  }
}
