import Dynamics
import Energies
import EnergyTesting
import Tensors
import TestSupport
import Testing

struct DescentLawsTests {
  private func transformer<Scalar: TensorScalar>(
    includesSelf: Bool = true, _ type: Scalar.Type = Scalar.self
  ) -> EnergySum<Scalar> {
    let shape = [3, 6, 5]
    let attention = AttentionEnergy(
      queryWeights: normalTensor(shape, seed: 31, as: Scalar.self) * 0.5,
      keyWeights: normalTensor(shape, seed: 32, as: Scalar.self) * 0.5, learnsBeta: true,
      includesSelf: includesSelf)
    return attention + HopfieldEnergy(memories: normalTensor([5, 7], seed: 33, as: Scalar.self))
  }

  private func norm<Scalar: TensorScalar>(gamma: Scalar = 1.2) -> LayerNormLagrangian<Scalar> {
    LayerNormLagrangian(
      gamma: Tensor(gamma), delta: normalTensor([5], seed: 34, as: Scalar.self), epsilon: 1e-2)
  }

  private func tokens<Scalar: TensorScalar>(masked: Bool = false, _ type: Scalar.Type = Scalar.self)
    -> Tokens<Scalar>
  {
    let mask = TokenMask(
      batch: 2, tokenCount: 4, isReal: [true, false, true, true, false, true, true, false])
    return Tokens(normalTensor([2, 4, 5], seed: 35, as: Scalar.self), mask: masked ? mask : nil)
  }

  @Test(
    "a descent of an energy transformer holds, with and without padding", arguments: [false, true],
    [false, true])
  func right(masked: Bool, momentum: Bool) {
    let rule: any UpdateRule = momentum ? .momentum(0.5) : .gradient
    let descent = EnergyDescent(
      of: transformer(Double.self), lagrangian: norm(), updateRule: rule, stepSize: .constant(0.1),
      stop: .after(steps: 3))
    let report = DescentLaws.check(descent, from: tokens(masked: masked))
    #expect(report.isSatisfied && report.unchecked.isEmpty, "\(report)")
    #expect(report.checked.count == 9, "\(report.checked)")
  }

  @Test("a descent without closed forms, and one in single precision, hold")
  func others() {
    let generic = EnergyDescent(
      of: transformer(includesSelf: false, Double.self).differentiated, lagrangian: norm(),
      stepSize: .constant(0.1),
      stop: .after(steps: 3))
    let report = DescentLaws.check(generic, from: tokens(masked: true))
    #expect(report.isSatisfied, "\(report)")
    let single = EnergyDescent(
      of: transformer(Float.self), lagrangian: norm(), stepSize: .constant(0.1), stop: .after(steps: 3))
    let inSingle = DescentLaws.check(single, from: tokens())
    #expect(inSingle.isSatisfied, "\(inSingle)")
  }

  @Test("a negative gain is reported: the energy rises")
  func negativeGain() {
    let descent = EnergyDescent(
      of: transformer(Double.self), lagrangian: norm(gamma: -1.2), stepSize: .constant(0.1),
      stop: .after(steps: 3))
    let report = DescentLaws.check(descent, from: tokens())
    #expect(Set(report.violations.map(\.law)) == [.descent], "\(report)")
    #expect(report.description.contains("the energy of example 0 rises by"), "\(report)")
  }

  @Test("noise leaves laws unchecked and says why")
  func noise() {
    let descent = EnergyDescent(
      of: transformer(Double.self), lagrangian: norm(),
      updateRule: .noisy(standardDeviation: 0.1, random: RandomStream(seed: 3)), stepSize: .constant(0.1),
      stop: .after(steps: 3))
    let report = DescentLaws.check(descent, from: tokens())
    #expect(report.isSatisfied, "\(report)")
    #expect(report.unchecked.map(\.law) == [.independentExamples, .padding, .tokenOrder])
  }

  @Test("a closed-form gradient of half the size, or one that lies, is reported by the descent it leads")
  func wrongGradient() {
    func report(_ defect: BrokenEnergy.Defect) -> LawReport {
      let energy = BrokenEnergy(weights: normalTensor([5, 5], seed: 20), defect)
      let descent = EnergyDescent(
        of: energy, lagrangian: norm(), stepSize: .constant(0.1), stop: .after(steps: 3))
      return DescentLaws.check(descent, from: tokens())
    }
    #expect(report(.none).isSatisfied, "\(report(.none))")
    let half = report(.halfGradient)
    #expect(half.violations(of: .gradientPaths).count > 0, "\(half)")
    #expect(report(.doubledHessian).violations(of: .gradientPaths).count > 0)
    let mixed = report(.wrongMixedDerivative)
    #expect(mixed.description.contains("the derivative by weights on the unrolled path differs"), "\(mixed)")
    let order = report(.ordersTokens)
    #expect(Set(order.violations.map(\.law)) == [.tokenOrder], "\(order)")
    let leak = report(.leaksBetweenExamples)
    #expect(
      leak.violations(of: .firstOrder).count + leak.violations(of: .independentExamples).count > 0, "\(leak)")
    let padding = report(.meanOverTokens)
    #expect(Set(padding.violations.map(\.law)) == [.padding], "\(padding)")
  }

  @Test("closed forms are asked along directions that are zero at padding")
  func directionsAtPadding() {
    // This energy's Hessian-vector product takes the protocol at its word and does not mask its direction.
    let energy = BrokenEnergy(weights: normalTensor([5, 5], seed: 20), .none)
    let g = Activations(
      tokens(masked: true, Double.self).values, mask: tokens(masked: true, Double.self).mask)
    let weights = normalTensor([2, 4, 5], seed: 36)
    func derivative(_ energy: some Energy<Double>) -> Tensor<Double> {
      gradient(at: g.values) { (energy.gradient(at: g.with($0)) * weights).sum() }
    }
    expectClose(
      actual: derivative(energy), expected: derivative(energy.differentiated), relative: 1e-12,
      absolute: 1e-13)
  }

  @Test("a step that mixes examples is reported")
  func wrongRule() {
    let backwards = EnergyDescent(
      of: transformer(Double.self), lagrangian: norm(), updateRule: Leaking(), stepSize: .constant(0.1),
      stop: .after(steps: 3))
    let report = DescentLaws.check(backwards, from: tokens())
    #expect(Set(report.violations.map(\.law)) == [.independentExamples], "\(report)")
  }

  /// Moves every example by the mean gradient of the batch.
  struct Leaking: UpdateRule {
    func displacement<Scalar>(
      gradient: Tensor<Scalar>, stepSize: Tensor<Scalar>, state: inout UpdateState<Scalar>
    ) -> Tensor<Scalar> {
      -(gradient.mean(axes: [0], keepingDimensions: true) * stepSize).repeated(to: gradient.shape)
    }
  }
}
