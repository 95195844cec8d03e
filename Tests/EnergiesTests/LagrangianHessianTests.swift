import Energies
import Tensors
import TestSupport
import Testing

/// Products with the Hessian of a Lagrangian and with its inverse.
struct LagrangianHessianTests {
  /// A Lagrangian of somebody's own: what another says of values and tangents, and nothing of the inverse.
  private struct Unaided: Lagrangian {
    typealias Scalar = Double
    let base: any Lagrangian<Double>
    func value(at x: Tokens<Double>) -> Tensor<Double> { base.value(at: x) }
    func activations(at x: Tokens<Double>) -> Activations<Double> { base.activations(at: x) }
    func tangent(_ direction: Tensor<Double>, at x: Tokens<Double>) -> Tensor<Double> {
      base.tangent(direction, at: x)
    }
  }

  private let direction = normalTensor([2, 3, 5], seed: 44)

  @Test(
    "the inverse of the Hessian undoes it on tangents, by formula and by conjugate gradients",
    arguments: NamedLagrangian<Double>.all(dimension: 5), LagrangianTests.masks)
  func inverse(named: NamedLagrangian<Double>, mask: TokenMask?) {
    let x = Tokens(normalTensor([2, 3, 5], seed: 41), mask: mask)
    check(named.lagrangian, x, named.name)
    check(Unaided(base: named.lagrangian), x, "\(named.name) by conjugate gradients")
    expectClose(
      actual: Unaided(base: named.lagrangian).inverseHessianProduct(direction, at: x),
      expected: inverse(named.lagrangian, x), relative: 1e-6, absolute: 1e-8, named.name)
  }

  private func inverse(_ lagrangian: some Lagrangian<Double>, _ x: Tokens<Double>) -> Tensor<Double> {
    lagrangian.inverseHessianProduct(direction, at: x)
  }

  private func check(_ lagrangian: some Lagrangian<Double>, _ x: Tokens<Double>, _ name: String) {
    let displacement = lagrangian.inverseHessianProduct(direction, at: x)
    expectClose(
      actual: lagrangian.hessianProduct(displacement, at: x), expected: lagrangian.tangent(direction, at: x),
      relative: 1e-6, absolute: 1e-8, name)
    // The shortest one: nothing of it lies where activations do not move.
    expectClose(
      actual: lagrangian.tangent(displacement, at: x), expected: displacement, relative: 1e-8,
      absolute: 1e-10, name)
  }

  @Test("each layer of a network has its own inverse")
  func layers() {
    let network = LayeredNetwork<Double>([
      NeuronLayer("a", shape: [2, 3], lagrangian: TanhLagrangian()),
      NeuronLayer("b", shape: [4], lagrangian: SoftmaxLagrangian()),
    ])
    let x = network.tokens([
      "a": normalTensor([3, 2, 3], seed: 45), "b": normalTensor([3, 4], seed: 46),
    ])
    let v = normalTensor([3, 1, 10], seed: 47)
    let found = network.lagrangian.inverseHessianProduct(v, at: x)
    expectClose(
      actual: network.lagrangian.hessianProduct(found, at: x), expected: network.lagrangian.tangent(v, at: x),
      relative: 1e-9, absolute: 1e-10)
    let a = TanhLagrangian<Double>().inverseHessianProduct(
      v.sliced(axis: 2, 0..<6).reshaped([3, 2, 3]), at: Tokens(network.layers(of: x)["a"]))
    expectClose(
      actual: found.sliced(axis: 2, 0..<6), expected: a.reshaped([3, 1, 6]), relative: 1e-12)
  }

  @Test("the inverse can be differentiated", arguments: NamedLagrangian<Double>.all(dimension: 5))
  func derivative(named: NamedLagrangian<Double>) {
    // Away from the kinks of the rectifiers.
    let x = separatedTensor([2, 3, 5], seed: 48) * 0.3
    expectGradientMatchesFiniteDifferences(
      at: [x, direction], step: 1e-4, relative: 1e-5, absolute: 1e-6, named.name
    ) { points in
      moved(named.lagrangian, points[1], Tokens(points[0]))
    }
  }

  private func moved(
    _ lagrangian: some Lagrangian<Double>, _ v: Tensor<Double>, _ x: Tokens<Double>
  ) -> Tensor<Double> {
    lagrangian.inverseHessianProduct(v, at: x)
  }
}
