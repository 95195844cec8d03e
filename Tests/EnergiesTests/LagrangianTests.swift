import ArrayFiles
import Energies
import EnergyTesting
import Tensors
import TestSupport
import Testing

/// A Lagrangian with a name for messages.
struct NamedLagrangian<Scalar: TensorScalar>: CustomTestStringConvertible, Sendable {
  let name: String
  let lagrangian: any Lagrangian<Scalar>
  var testDescription: String { name }

  static func all(dimension: Int, beta: Scalar = 1.7, gamma: Scalar = 1.3) -> [NamedLagrangian] {
    let delta = normalTensor([dimension], seed: 40, as: Scalar.self)
    return [
      NamedLagrangian(name: "identity", lagrangian: IdentityLagrangian()),
      NamedLagrangian(name: "relu", lagrangian: RectifiedPolynomialLagrangian.relu),
      NamedLagrangian(name: "repu", lagrangian: RectifiedPolynomialLagrangian(degree: 3)),
      NamedLagrangian(name: "exponential", lagrangian: ExponentialLagrangian(beta: beta)),
      NamedLagrangian(name: "rectified_exponential", lagrangian: RectifiedExponentialLagrangian(beta: beta)),
      NamedLagrangian(name: "tanh", lagrangian: TanhLagrangian(beta: beta)),
      NamedLagrangian(name: "sigmoid", lagrangian: SigmoidLagrangian(beta: beta)),
      NamedLagrangian(name: "softmax", lagrangian: SoftmaxLagrangian(beta: beta)),
      NamedLagrangian(name: "ghostmax", lagrangian: GhostmaxLagrangian(beta: beta)),
      NamedLagrangian(
        name: "layer_norm", lagrangian: LayerNormLagrangian(gamma: Tensor(gamma), delta: delta)),
      NamedLagrangian(
        name: "spherical_norm", lagrangian: SphericalNormLagrangian(gamma: Tensor(gamma), delta: delta)),
    ]
  }
}

struct LagrangianTests {
  static let masks: [TokenMask?] = [
    nil, TokenMask(batch: 2, tokenCount: 3, isReal: [true, false, true, false, true, false]),
  ]

  @Test("all laws hold in double precision", arguments: NamedLagrangian<Double>.all(dimension: 5), masks)
  func laws(named: NamedLagrangian<Double>, mask: TokenMask?) {
    let report = check(named.lagrangian, at: Tokens(normalTensor([2, 3, 5], seed: 41), mask: mask))
    #expect(report.isSatisfied, "\(report)")
    #expect(report.unchecked.isEmpty, "\(report)")
  }

  @Test("all laws hold in single precision", arguments: NamedLagrangian<Float>.all(dimension: 5), masks)
  func lawsInSinglePrecision(named: NamedLagrangian<Float>, mask: TokenMask?) {
    let report = check(
      named.lagrangian, at: Tokens(normalTensor([2, 3, 5], seed: 41, as: Float.self), mask: mask))
    #expect(report.isSatisfied, "\(report)")
  }

  private func check<Scalar>(_ lagrangian: some Lagrangian<Scalar>, at x: Tokens<Scalar>) -> LawReport {
    LagrangianLaws.check(lagrangian, at: x)
  }

  @Test(
    "values and activations agree with the reference figures",
    arguments: NamedLagrangian<Double>.all(dimension: 17))
  func figures(named: NamedLagrangian<Double>) throws {
    // The file has no ghostmax; its law is checked above and its value below.
    if named.name == "ghostmax" { return }
    let file = try fixture("lagrangians")
    #expect(file.metadata["beta"] == "1.7" && file.metadata["degree"] == "3.0")
    #expect(file.metadata["gamma"] == "1.3" && file.metadata["eps"] == "1e-05")
    let x = try tensor(file, "x")
    var lagrangian = named.lagrangian
    let delta = try tensor(file, "delta")
    lagrangian.visitParameters { name, value in if name == "delta" { value = delta } }
    // Twice the same token, and another example with padding: sums of one figure.
    let tokens = Tensor.concatenated([x, x, x, x, x, x], axis: 0).reshaped([2, 3, 17])
    let mask = TokenMask(batch: 2, tokenCount: 3, isReal: [true, true, true, false, true, false])
    let (value, g) = found(lagrangian, Tokens(tokens, mask: mask))
    let expected = try tensor(file, "\(named.name)/value").scalar
    expectClose(
      actual: value, expected: Tensor(shape: [2], elements: [3 * expected, expected]), relative: 1e-12)
    let activation = try tensor(file, "\(named.name)/activation")
    expectClose(
      actual: g.sliced(axis: 0, 1..<2).sliced(axis: 1, 1..<2).reshaped([17]), expected: activation,
      relative: 1e-12, absolute: 1e-14, named.name)
  }

  private func found<Scalar>(
    _ lagrangian: some Lagrangian<Scalar>, _ x: Tokens<Scalar>
  ) -> (Tensor<Scalar>, Tensor<Scalar>) {
    (lagrangian.value(at: x), lagrangian.activations(at: x).values)
  }

  @Test("ghostmax is log of one plus a sum of exponentials")
  func ghostmax() {
    let x = normalTensor([2, 3, 5], seed: 42)
    let beta = 0.7
    let (value, g) = found(GhostmaxLagrangian(beta: beta), Tokens(x))
    let weights = (x * beta).exponential()
    let total = weights.sum(axes: [-1], keepingDimensions: true) + 1
    expectClose(actual: value, expected: total.logarithm().sum(axes: [1, 2]) / beta, relative: 1e-13)
    expectClose(actual: g, expected: weights / total, relative: 1e-13)
  }

  @Test("the spherical norm of numbers of size 1e30 is their direction in single precision")
  func sphericalNormOfLargeNumbers() {
    let sphere = SphericalNormLagrangian<Float>(
      gamma: Tensor(2), delta: Tensor(shape: [2], elements: [0.5, -1]))
    let x = Tokens(Tensor<Float>(shape: [1, 3, 2], elements: [3e30, 4e30, -3e30, 4e30, 0.3, 0.4]))
    let found = sphere.activations(at: x).values.elements
    for (value, expected) in zip(found, [1.7, 0.6, -0.7, 0.6, 1.7, 0.6] as [Float]) {
      #expect(abs(value - expected) < 1e-4, "\(found)")
    }
  }

  @Test("numbers of size 1e4 give finite values and activations in single precision")
  func largeArguments() {
    let x = Tensor<Float>(shape: [1, 2, 3], elements: [1e4, -1e4, 0, -1e4, -9999, -1e4])
    for named in NamedLagrangian<Float>.all(dimension: 3, beta: 1) {
      // e^1e4 is no number: these have a domain.
      if named.name.hasSuffix("exponential") { continue }
      let (value, g) = found(named.lagrangian, Tokens(x))
      #expect(value.isFinite && g.isFinite, "\(named.name)")
    }
    let (tanh, _) = found(TanhLagrangian<Float>(), Tokens(x))
    #expect(abs(tanh.scalar - (5 * 1e4 - 1 - 5 * 0.6931472)) < 0.02)
    let (sigmoid, slopes) = found(SigmoidLagrangian<Float>(), Tokens(x))
    #expect(abs(sigmoid.scalar - 10_000.693) < 0.002)
    #expect(slopes.elements == [1, 0, 0.5, 0, 0, 0])
    let (softmax, weights) = found(SoftmaxLagrangian<Float>(), Tokens(x))
    #expect(abs(softmax.scalar - (1e4 - 9999 + 0.5514447)) < 0.002)
    expectClose(
      actual: weights,
      expected: Tensor<Float>(shape: [1, 2, 3], elements: [1, 0, 0, 0.2119416, 0.5761169, 0.2119416]),
      relative: 1e-5)
    let (ghost, ghostWeights) = found(GhostmaxLagrangian<Float>(), Tokens(x))
    #expect(ghost.scalar == 1e4)
    #expect(ghostWeights.elements == [1, 0, 0, 0, 0, 0])
  }

  @Test("exponentials of padding do not overflow")
  func padding() {
    let x = Tokens(
      Tensor<Float>(shape: [1, 2, 2], elements: [1, 2, 1e4, 1e4]),
      mask: TokenMask(lengths: [1], tokenCount: 2))
    for named in NamedLagrangian<Float>.all(dimension: 2) {
      let (value, g) = found(named.lagrangian, x)
      #expect(value.isFinite, "\(named.name)")
      #expect(Array(g.elements.suffix(2)) == [0, 0], "\(named.name)")
    }
  }
}
