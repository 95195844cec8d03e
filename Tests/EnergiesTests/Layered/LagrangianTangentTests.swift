import Energies
import Tensors
import TestSupport
import Testing

/// Tangents of the set of activations, and how it bends.
struct LagrangianTangentTests {
  /// The norms with an epsilon that does not count.
  static let all: [NamedLagrangian<Double>] =
    NamedLagrangian<Double>.all(dimension: 5).filter { !["layer_norm", "spherical_norm"].contains($0.name) }
    + [
      NamedLagrangian(
        name: "layer_norm",
        lagrangian: LayerNormLagrangian(
          gamma: Tensor(1.3), delta: normalTensor([5], seed: 40), epsilon: 1e-14)),
      NamedLagrangian(
        name: "spherical_norm",
        lagrangian: SphericalNormLagrangian(
          gamma: Tensor(1.3), delta: normalTensor([5], seed: 40), epsilon: 1e-14)),
      NamedLagrangian(
        name: "layers",
        lagrangian: PartitionedLagrangian([
          NeuronLayer("a", shape: [3], lagrangian: SoftmaxLagrangian(beta: 1.2)),
          NeuronLayer("b", shape: [2], lagrangian: SphericalNormLagrangian(dimension: 2, epsilon: 1e-14)),
        ])),
    ]

  private func tokens(_ named: NamedLagrangian<Double>) -> Tokens<Double> {
    let shape = named.name == "layers" ? [4, 1, 5] : [2, 3, 5]
    let mask =
      named.name == "layers"
      ? nil : TokenMask(batch: 2, tokenCount: 3, isReal: [true, true, false, true, true, true])
    return Tokens(normalTensor(shape, seed: 50), mask: mask)
  }

  /// M v = dg/dx v, M being symmetric.
  private func change(
    _ lagrangian: some Lagrangian<Double>, _ x: Tokens<Double>, _ direction: Tensor<Double>
  ) -> Tensor<Double> {
    let variable = x.values.variable()
    let g = lagrangian.activations(at: Tokens(variable, mask: x.mask)).values
    return gradients(of: g, withRespectTo: [variable], cotangent: direction)[0].detached
  }

  @Test(
    "activations move along tangents only, and a projector is symmetric and applied twice the same",
    arguments: all)
  func projector(named: NamedLagrangian<Double>) {
    let (x, lagrangian) = (tokens(named), named.lagrangian)
    let directions = (0..<2).map { normalTensor(x.values.shape, seed: 51 + UInt64($0)) }
    let moved = change(lagrangian, x, directions[0])
    expectClose(actual: lagrangian.tangent(moved, at: x), expected: moved, relative: 1e-9, absolute: 1e-11)
    let projected = directions.map { lagrangian.tangent($0, at: x) }
    expectClose(
      actual: lagrangian.tangent(projected[0], at: x), expected: projected[0], relative: 1e-12,
      absolute: 1e-13)
    let (a, b) = (directions[0].innerProduct(projected[1]), directions[1].innerProduct(projected[0]))
    #expect(abs(a - b) <= 1e-12 * max(1, abs(a)))
  }

  @Test("what is not a tangent moves no activation", arguments: all)
  func complement(named: NamedLagrangian<Double>) {
    let (x, lagrangian) = (tokens(named), named.lagrangian)
    let direction = normalTensor(x.values.shape, seed: 53)
    let rest = direction - lagrangian.tangent(direction, at: x)
    expectClose(
      actual: change(lagrangian, x, rest), expected: Tensor<Double>.zeros(x.values.shape), relative: 0,
      absolute: 1e-11)
    // And every tangent moves some: ⟨v, M v⟩ > 0.
    let tangent = lagrangian.tangent(direction, at: x)
    if tangent.innerProduct(tangent) > 0 {
      #expect(tangent.innerProduct(change(lagrangian, x, tangent)) > 0)
    }
  }

  @Test(
    "the curvature is the part of the second derivative of activations that no tangent holds", arguments: all)
  func curvature(named: NamedLagrangian<Double>) {
    let (x, lagrangian) = (tokens(named), named.lagrangian)
    let direction = normalTensor(x.values.shape, seed: 54)
    let slope = normalTensor(x.values.shape, seed: 55)
    let normal = x.mask == nil ? slope : lagrangian.activations(at: x).masking(slope)
    let part = normal - lagrangian.tangent(normal, at: x)
    // d²/dt² of ⟨n, g(x + t w)⟩ at 0, by differentiating twice.
    let second = gradient(at: Tensor<Double>(0)) { time in
      gradient(at: time) { time in
        (lagrangian.activations(at: Tokens(x.values + direction * time, mask: x.mask)).values * part).sum()
      }
    }.scalar
    let moved = change(lagrangian, x, direction)
    let kappa = lagrangian.curvature(along: part, at: x)
    let expected = kappa.map { (moved.squared() * $0).sum().scalar } ?? 0
    #expect(abs(second - expected) <= 1e-8 * max(1, abs(expected)), "\(second), expected \(expected)")
  }

  @Test("retracted tokens have the same activations, and stay where they are the second time", arguments: all)
  func retraction(named: NamedLagrangian<Double>) {
    let (x, lagrangian) = (tokens(named), named.lagrangian)
    let retracted = lagrangian.retracted(x)
    expectClose(
      actual: lagrangian.activations(at: retracted).values, expected: lagrangian.activations(at: x).values,
      relative: 1e-10, absolute: 1e-12)
    expectClose(
      actual: lagrangian.retracted(retracted).values, expected: retracted.values, relative: 1e-12,
      absolute: 1e-13)
  }
}
