import Energies
import Foundation
import Tensors
import TestSupport
import Testing

/// Lagrangians of tokens from the smallest subnormal to the largest number.
struct LagrangianEdgeTests {
  @Test(
    "the layer norm's value is finite where it is a finite number, and its gradient the activation",
    arguments: [3, 4, 7, 16, 17, 768])
  func layerNorm(count: Int) {
    layerNorm(count, Float.self, tolerance: 1e-6)
    layerNorm(count, Double.self, tolerance: 1e-13)
  }

  private func layerNorm<Scalar: TensorScalar>(_ count: Int, _ type: Scalar.Type, tolerance: Double) {
    let rows = ExactNorm.rows(count: count, as: Scalar.self)
    let x = Tensor(shape: [rows.count, 1, count], elements: rows.flatMap { $0.row(as: Scalar.self) })
    for power in [0, -11] {
      let gamma = Scalar(sign: .plus, exponent: Scalar.Exponent(power), significand: 1)
      let norm = LayerNormLagrangian(gamma: Tensor(gamma), delta: .zeros([count]))
      let values = norm.value(at: Tokens(x)).elements
      let slopes = gradient(at: x) { norm.value(at: Tokens($0)).sum() }.elements
      let activations = norm.activations(at: Tokens(x)).values.elements
      for (index, row) in rows.enumerated() {
        let epsilon = Double(norm.epsilon)
        let value = Double(count) * row.deviation(epsilon: epsilon, scaledBy: power)
        if value > Double(Scalar.greatestFiniteMagnitude) {
          #expect(values[index] == .infinity, "\(Scalar.self) \(row)")
        } else {
          #expect(
            abs(Double(values[index]) / value - 1) <= tolerance, "\(Scalar.self) \(row): \(values[index])")
        }
        let expected = row.normalized(epsilon: epsilon).map { $0 * Double(gamma) }
        let room = tolerance * (expected.map(abs).max() ?? 0) + 2 * Double(Scalar.leastNonzeroMagnitude)
        #expect(worst(activations, index, expected) <= room, "\(Scalar.self) activations of \(row)")
        #expect(worst(slopes, index, expected) <= room, "\(Scalar.self) slopes of \(row)")
      }
    }
  }

  /// The largest difference of a row of numbers from what is expected of it.
  private func worst<Scalar: TensorScalar>(_ found: [Scalar], _ row: Int, _ expected: [Double]) -> Double {
    expected.indices.reduce(0) { worst, column in
      let error = abs(Double(found[row * expected.count + column]) - expected[column])
      return error <= worst ? worst : error
    }
  }

  @Test("the spherical norm's value and activation at any size", arguments: [1, 3, 4, 7, 16, 17, 768])
  func sphericalNorm(count: Int) {
    sphericalNorm(count, Float.self, tolerance: 1e-6)
    sphericalNorm(count, Double.self, tolerance: 1e-13)
  }

  private func sphericalNorm<Scalar: TensorScalar>(_ count: Int, _ type: Scalar.Type, tolerance: Double) {
    let rows = ExactNorm.rows(count: count, as: Scalar.self)
    let x = Tensor(shape: [1, rows.count, count], elements: rows.flatMap { $0.row(as: Scalar.self) })
    for epsilon in [Scalar(1e-5), Scalar(1e-30)] {
      let gamma: Scalar = 0.03125
      let norm = SphericalNormLagrangian(gamma: Tensor(gamma), delta: .zeros([count]), epsilon: epsilon)
      let found = norm.activations(at: Tokens(x)).values.elements
      let slopes = gradient(at: x) { norm.value(at: Tokens($0)).sum() }.elements
      for (index, row) in rows.enumerated() {
        // Lengths over 2^exponent.
        let length = row.numbers.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        let root = scalbn(Double(epsilon).squareRoot(), -row.exponent)
        let exact = row.numbers.map { number -> Double in
          if root == .infinity {
            return scalbn(Double(number) / Double(epsilon).squareRoot() / 32, row.exponent)
          }
          return Double(number) / hypot(length, root) / 32
        }
        let room = tolerance * (exact.map(abs).max() ?? 0) + 2 * Double(Scalar.leastNonzeroMagnitude)
        #expect(worst(found, index, exact) <= room, "\(Scalar.self) activations of \(row), \(epsilon)")
        // Differentiation divides by the unit at the end, which enlarges what was rounded below the normal numbers.
        let below = 4 * Double(Scalar.leastNonzeroMagnitude) / Double(epsilon).squareRoot()
        #expect(worst(slopes, index, exact) <= room + below, "\(Scalar.self) slopes of \(row), \(epsilon)")
        guard root.isFinite else { continue }
        let value = scalbn(hypot(length, root) / 32, row.exponent)
        let one = norm.value(at: Tokens(x.sliced(axis: 1, index..<index + 1))).scalar
        if value > Double(Scalar.greatestFiniteMagnitude) {
          #expect(one == .infinity)
        } else {
          #expect(abs(Double(one) / value - 1) <= tolerance, "\(Scalar.self) \(row): \(one)")
        }
      }
    }
  }

  @Test("norms of equal numbers without an epsilon are 0, and of a token of zeros")
  func withoutEpsilon() {
    let x = Tokens(Tensor<Float>(shape: [1, 2, 3], elements: [0.1, 0.1, 0.1, 0, 0, 0]))
    let norm = LayerNormLagrangian<Float>(dimension: 3, epsilon: 0)
    #expect(norm.activations(at: x).values.elements.allSatisfy { $0 == 0 } && norm.value(at: x).scalar == 0)
    let sphere = SphericalNormLagrangian<Float>(dimension: 3, epsilon: 0)
    let g = sphere.activations(at: x).values.elements
    #expect(g[..<3].allSatisfy { abs($0 - 0.57735026) < 1e-6 } && g[3...].allSatisfy { $0 == 0 })
    #expect(gradient(at: x.values) { sphere.value(at: Tokens($0)).sum() }.isFinite)
  }

  @Test("values of neurons where beta times a number overflows, or cancels")
  func neurons() {
    neurons(Float.self, large: 3e38, small: 1e-4)
    neurons(Double.self, large: 1.7e308, small: 1e-9)
  }

  private func neurons<Scalar: TensorScalar>(_ type: Scalar.Type, large: Scalar, small: Scalar) {
    func value(_ lagrangian: some Lagrangian<Scalar>, _ x: [Scalar]) -> Scalar {
      lagrangian.value(at: Tokens(Tensor(shape: [1, 1, x.count], elements: x))).scalar
    }
    func g(_ lagrangian: some Lagrangian<Scalar>, _ x: [Scalar]) -> [Scalar] {
      lagrangian.activations(at: Tokens(Tensor(shape: [1, 1, x.count], elements: x))).values.elements
    }
    let beta: Scalar = 1.7
    #expect(
      value(TanhLagrangian(beta: beta), [large]) == large && g(TanhLagrangian(beta: beta), [-large]) == [-1])
    #expect(value(SigmoidLagrangian(beta: beta), [large, -large]) == large)
    #expect(g(SigmoidLagrangian(beta: beta), [large, -large]) == [1, 0])
    #expect(value(SoftmaxLagrangian(beta: beta), [large, -large, large]) == large)
    #expect(g(SoftmaxLagrangian(beta: beta), [large, -large, large]) == [0.5, 0, 0.5])
    #expect(value(SoftmaxLagrangian(beta: beta), [-large, -large]) == -large)
    #expect(value(GhostmaxLagrangian(beta: beta), [large, -large]) == large)
    #expect(g(GhostmaxLagrangian(beta: beta), [-large, -large]) == [0, 0])
    #expect(value(GhostmaxLagrangian(beta: beta), [-large, -large]) == 0)
    // beta x² / 2 but for a share of x².
    let expected = Double(beta) * Double(small) * Double(small) / 2
    #expect(abs(Double(value(TanhLagrangian(beta: beta), [small])) / expected - 1) < 1e-6)
    #expect(abs(Double(value(TanhLagrangian<Scalar>(), [-small])) / (expected / Double(beta)) - 1) < 1e-6)
    // Subnormal tokens are small ones.
    let least = Scalar.leastNonzeroMagnitude
    #expect(value(TanhLagrangian(beta: beta), [least, -least]) == 0)
    #expect(g(TanhLagrangian<Scalar>(), [least, -least]) == [least, -least])
    #expect(g(SoftmaxLagrangian(beta: beta), [least, -least]) == [0.5, 0.5])
  }
}
