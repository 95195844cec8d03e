import Energies
import EnergyTesting
import Tensors
import TestSupport
import Testing

/// The gradient of an energy with closed forms can be differentiated like that of one without.
struct TrackedGradientTests {
  /// A nonlinear function of the gradient whose derivatives reach third order in the energy.
  private func loss(_ energy: some Energy<Double>, _ g: Activations<Double>) -> Tensor<Double> {
    let first = energy.gradient(at: g)
    let second = energy.gradient(at: g.with(g.values - first * 0.1))
    return (second.squared() + second * 0.3).sum()
  }

  /// loss, its gradients, and the gradients of a function of its gradients.
  private func derivatives(_ energy: some Energy<Double>, _ g: Activations<Double>) -> [Tensor<Double>] {
    var copy = energy
    var points = [g.values]
    copy.visitParameters { points.append($1) }
    copy.visitContext(ParameterVisitor { points.append($1) })
    func replacing(_ values: [Tensor<Double>]) -> Tensor<Double> {
      var (copy, index) = (energy, 1)
      let visit = ParameterVisitor<Double> { _, value in
        value = values[index]
        index += 1
      }
      copy.visitParameters(visit)
      copy.visitContext(visit)
      return loss(copy, g.with(values[0]))
    }
    let (value, first) = valueWithGradients(at: points, of: replacing)
    let second = valueWithGradients(at: points) { points in
      let inner = valueWithGradients(at: points, of: replacing).gradients
      return inner.enumerated().map { index, gradient in
        (gradient * normalTensor(gradient.shape, seed: 90 + UInt64(index))).sum()
      }.reduce(Tensor(0), +)
    }.gradients
    return [value] + first + second
  }

  private func compare(_ energy: some Energy<Double>, _ g: Activations<Double>, _ name: String) {
    #expect(energy.closedForm != nil && energy.differentiated.closedForm == nil)
    for (found, expected) in zip(derivatives(energy, g), derivatives(energy.differentiated, g)) {
      let scale = expected.absoluteValue().reshaped([expected.count]).maximum(axis: 0).scalar
      expectClose(actual: found, expected: expected, relative: 0, absolute: 1e-9 * max(scale, 1e-3), name)
    }
  }

  @Test(
    "through attention", arguments: AttentionCase.all.filter { $0.bias != .additiveRemoving && $0.isCausal })
  func attention(options: AttentionCase) {
    compare(options.energy(), options.activations(), options.testDescription)
  }

  // Degree 2.5 has no third derivative at the kink.
  @Test("through memories", arguments: HopfieldCase.all.filter { !$0.name.hasSuffix("2.5") })
  func memory(options: HopfieldCase) {
    compare(options.energy, AttentionCase(mask: .some).activations(), options.name)
  }

  @Test("through a sum with context in its first part")
  func sum() {
    let energy =
      AttentionCase(learnsBeta: true, bias: .multiplicativeShared).energy() + HopfieldCase.all[7].energy
    compare(energy, AttentionCase(mask: .some).activations(), "sum")
  }

  @Test("the energy by part of a tracked gradient is tracked too")
  func energyIsTracked() {
    let energy = AttentionCase(bias: .additive).energy() + HopfieldCase.all[0].energy
    let g = AttentionCase(mask: .some).activations()
    let found = gradient(at: g.values) { values in
      energy.closedForm?.trackedGradient(at: g.with(values)).energy.total.sum() ?? Tensor(0)
    }
    expectClose(
      actual: found, expected: energy.differentiatedGradient(at: g), relative: 1e-12, absolute: 1e-14)
  }
}
