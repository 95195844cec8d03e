import Tensors
import TestSupport
import Testing

/// Layer norm from the smallest subnormal to the largest number, against sums of integers: every kernel on every vector
/// unit, and lengths below, at and beyond its vectors.
struct NormEdgeTests {
  static let counts = [1, 2, 3, 4, 7, 8, 15, 16, 17, 768]

  /// z, 1 / deviation where it is known, and the pullback of a cotangent where there is one, of each row.
  private struct Found<Scalar> {
    let form: String
    let normalized: [[Scalar]]
    var reciprocals: [Scalar]?
    var pulledBack: [[Scalar]]?
  }

  @Test("every kernel is right for numbers of any size", arguments: VectorUnit.available, counts)
  func sizes(unit: String, count: Int) {
    VectorUnit.use(unit) {
      for epsilon in count > 100 ? [1e-5] : [1e-5, 1e-30] {
        check(count, Float(epsilon), tolerance: 1e-6)
        check(count, Double(epsilon), tolerance: 1e-13)
      }
    }
  }

  private func check<Scalar: TensorScalar>(_ count: Int, _ epsilon: Scalar, tolerance: Double) {
    let rows = ExactNorm.rows(count: count, as: Scalar.self)
    let cotangent = (0..<count).map { Scalar($0 % 5) - 1 }
    let least = Double(Scalar.leastNonzeroMagnitude)
    for found in forms(rows.map { $0.row() }, epsilon, cotangent) {
      for (index, row) in rows.enumerated() {
        func near(_ values: [Scalar], _ expected: [Double], _ tolerance: Double, _ what: String) {
          let scale = expected.map(abs).max() ?? 0
          let worst = zip(values, expected).map { abs(Double($0) - $1) }.max { !($0 >= $1) } ?? 0
          #expect(
            worst <= tolerance * scale + least,
            "\(found.form) \(Scalar.self) \(what) of \(row): off by \(worst)")
        }
        let expected = row.normalized(epsilon: Double(epsilon))
        near(found.normalized[index], expected, tolerance, "norm")
        if row.name == "equal" { #expect(found.normalized[index].allSatisfy { abs($0) < 5e-7 }) }
        if let reciprocals = found.reciprocals {
          near([reciprocals[index]], [1 / row.deviation(epsilon: Double(epsilon))], tolerance, "reciprocal")
        }
        if let pulledBack = found.pulledBack {
          // Rounding is relative to what is subtracted.
          let exact = row.pullback(cotangent.map { Double($0) }, epsilon: Double(epsilon))
          let part = 3 / row.deviation(epsilon: Double(epsilon))
          let worst = zip(pulledBack[index], exact).map { abs(Double($0) - $1) }.max { !($0 >= $1) } ?? 0
          #expect(
            worst <= 4 * tolerance * part + least,
            "\(found.form) \(Scalar.self) pullback of \(row): off by \(worst)")
        }
      }
    }
  }

  private func forms<Scalar: TensorScalar>(
    _ rows: [[Scalar]], _ epsilon: Scalar, _ cotangent: [Scalar]
  ) -> [Found<Scalar>] {
    let (count, columns) = (rows.count, rows[0].count)
    let x = Tensor(shape: [count, columns], elements: rows.flatMap { $0 })
    let d = Tensor(shape: [count, columns], elements: rows.flatMap { _ in cotangent })
    func split(_ elements: [Scalar], _ row: Int) -> [[Scalar]] {
      (0..<count).map { Array(elements[$0 * row..<$0 * row + columns]) }
    }
    let parts = x.standardizedWithReciprocal(epsilon: epsilon)
    let variable = x.variable()
    let gradient = gradients(
      of: variable.standardized(epsilon: epsilon), withRespectTo: [variable], cotangent: d)[0]
    let tensors = Found(
      form: "tensor operation", normalized: split(parts.normalized.elements, columns),
      reciprocals: parts.reciprocal.elements, pulledBack: split(gradient.elements, columns))

    // Rows padded to whole vectors.
    let kernels = Scalar.kernels
    let length = kernels.vectorLength()
    let row = (columns + length - 1) / length * length
    func padded(_ rows: [[Scalar]]) -> [Scalar] {
      rows.flatMap { $0 + [Scalar](repeating: 0, count: row - columns) }
    }
    var input = padded(rows)
    var (z, g, pulled) = (input, input, [Scalar](repeating: 0, count: input.count))
    var reciprocals = [Scalar](repeating: 0, count: count)
    var delta = [Scalar](repeating: 0, count: row)
    var ofGamma = 0.0
    let cotangents = padded(rows.map { _ in cotangent })
    kernels.normalize(
      rows: count, columns: columns, row: row, epsilon: epsilon, gamma: 2, delta: delta, x: input, z: &z,
      g: &g, reciprocals: &reciprocals)
    kernels.normalizePullback(
      rows: count, columns: columns, row: row, gamma: 1, z: z, reciprocals: reciprocals,
      cotangentG: cotangents, cotangentX: &pulled, gammaGradient: &ofGamma, deltaGradient: &delta)
    let gain = [Scalar](repeating: 1, count: row)
    let shift = [Scalar](repeating: 0, count: row)
    Scalar.kernels.normalizeInPlace(
      rows: count, columns: columns, row: row, epsilon: epsilon, gain: gain, shift: shift, x: &input)
    return [
      tensors,
      Found(
        form: "fused kernel", normalized: split(z, row), reciprocals: reciprocals,
        pulledBack: split(pulled, row)),
      Found(form: "fused kernel with a gain", normalized: split(g.map { $0 / 2 }, row)),
      Found(form: "encoder kernel", normalized: split(input, row)),
    ]
  }

  @Test("tokens of 1e19 (1, 2, 3, 4) have the norm of (1, 2, 3, 4)", arguments: VectorUnit.available)
  func largeToken(unit: String) {
    let expected = Tensor<Double>(
      shape: [4], elements: [-1.341640786499874, -0.447213595499958, 0.447213595499958, 1.341640786499874])
    VectorUnit.use(unit) {
      let float = Tensor<Float>(shape: [4], elements: [1e19, 2e19, 3e19, 4e19]).standardized(epsilon: 1e-5)
      expectClose(actual: float, expected: expected, relative: 1e-6)
      let double = Tensor<Double>(shape: [4], elements: [1e155, 2e155, 3e155, 4e155])
        .standardized(epsilon: 1e-5)
      expectClose(actual: double, expected: expected, relative: 1e-14)
    }
  }

  @Test("equal numbers have the norm 0, whatever their mean rounds to", arguments: VectorUnit.available)
  func equalNumbers(unit: String) {
    VectorUnit.use(unit) {
      for (value, count) in [
        (Float(12345.678), 3), (333333.3, 768), (3.4e38, 5), (Float.leastNonzeroMagnitude, 17), (-0.1, 33),
      ] {
        let x = Tensor(repeating: value, shape: [2, count])
        #expect(x.standardized(epsilon: 1e-5).elements.allSatisfy { abs($0) < 5e-7 }, "\(value)")
        #expect(x.standardized(epsilon: 0).elements.allSatisfy { $0 == 0 }, "\(value) without an epsilon")
      }
    }
  }

  @Test("a row that is not finite has no norm, and harms no other", arguments: VectorUnit.available)
  func notFinite(unit: String) {
    VectorUnit.use(unit) {
      let rows: [Float] = [.infinity, 1, 2, 1, 2, 3, .nan, 1, 2, 3e38, -3e38, 0]
      let z = Tensor(shape: [4, 3], elements: rows).standardized(epsilon: 1e-5).elements
      #expect(z[0..<3].allSatisfy(\.isNaN) && z[6..<9].allSatisfy(\.isNaN))
      #expect(z[3..<6].allSatisfy(\.isFinite) && z[9..<12].allSatisfy(\.isFinite))
    }
  }

  @Test("derivatives of every order follow numbers that are scaled, though their squares overflow")
  func orders() {
    // z of s x is z of x without an epsilon: each derivative brings a factor 1 / s.
    let x = normalTensor([3, 7], seed: 90, as: Double.self)
    let direction = normalTensor([3, 7], seed: 91, as: Double.self)
    func second(_ x: Tensor<Double>, scale: Double) -> Tensor<Double> {
      gradient(at: x) { x in
        let first = gradient(at: x) { ($0.standardized(epsilon: 0) * direction).sum() }
        return (first * scale * direction).sum()
      }
    }
    func third(_ x: Tensor<Double>) -> Tensor<Double> {
      gradient(at: x) { x in
        let deviations = x.standardDeviation(epsilon: 0)
        let first = gradient(at: x) { ($0.standardDeviation(epsilon: 0) * deviations.detached).sum() }
        return (first * direction).sum()
      }
    }
    let scale = 0x1p512
    expectClose(
      actual: second(x * scale, scale: scale) * scale, expected: second(x, scale: 1), relative: 1e-10,
      absolute: 1e-12)
    expectClose(actual: third(x * scale), expected: third(x), relative: 1e-10, absolute: 1e-12)
  }
}
