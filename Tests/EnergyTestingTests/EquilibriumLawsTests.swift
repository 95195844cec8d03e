import Dynamics
import Energies
import EnergyTesting
import Tensors
import TestSupport
import Testing

/// An energy ½ ⟨g, W g⟩ - ⟨b, g⟩, right or with a pullback that is wrong.
private struct Bowl: ClosedFormEnergy {
  enum Defect: CaseIterable { case none, hessian, mixedDerivative, contextLeftOut }
  var weight: Tensor<Double>
  var bias: Tensor<Double>
  var defect = Defect.none
  var name: String { "bowl" }

  mutating func visitParameters(_ visit: ParameterVisitor<Double>) {
    visit("weight", &weight)
    visit("bias", &bias)
  }

  private var symmetric: Tensor<Double> { (weight + weight.transposed) * 0.5 }

  func energy(at g: Activations<Double>) -> Tensor<Double> {
    let half = (g.realValues * g.realValues.projected(by: symmetric)).sum(axes: [1, 2]) * 0.5
    return half - (g.realValues * bias).sum(axes: [1, 2])
  }

  func energyAndGradient(at g: Activations<Double>) -> EnergyAndGradient<Double> {
    EnergyAndGradient(
      energy: EnergyByPart([(name, energy(at: g))]),
      gradient: g.masking(g.values.projected(by: symmetric) - bias))
  }

  func gradientPullback(at g: Activations<Double>, direction: Tensor<Double>) -> GradientPullback<Double> {
    let u = g.masking(direction)
    let rows = g.values.count / weight.shape[0]
    let product = g.realValues.reshaped([rows, weight.shape[0]])
      .matrixProduct(u.reshaped([rows, weight.shape[0]]), transposed: true)
    let ofWeight = (product + product.transposed) * 0.5
    return GradientPullback(
      hessianVectorProduct: u.projected(by: symmetric) * (defect == .hessian ? 1.2 : 1),
      dependencies: [
        ofWeight * (defect == .mixedDerivative ? -1 : 1),
        defect == .contextLeftOut ? .zeros(bias.shape) : -u.sum(axes: [0, 1]),
      ])
  }
}

struct EquilibriumLawsTests {
  private func report(
    _ defect: Bowl.Defect = .none, steps: Int = 4000, path: GradientPath = .automatic
  ) -> LawReport {
    let root = normalTensor([4, 4], seed: 1)
    let weight =
      root.matrixProduct(root, transposed: true)
      + Tensor(shape: [4, 4], elements: (0..<16).map { $0 % 5 == 0 ? 0.5 : 0 })
    let descent = EnergyDescent(
      of: Bowl(weight: weight, bias: normalTensor([4], seed: 2) * 0.2, defect: defect),
      lagrangian: TanhLagrangian<Double>(beta: 0.7), stepSize: .constant(0.1),
      stop: .any([.after(steps: steps), .rest(below: 1e-13)]), gradientPath: path)
    return EquilibriumLaws.check(descent, from: Tokens(normalTensor([2, 3, 4], seed: 3) * 0.3))
  }

  @Test("the rest of a bowl has the implicit gradient that central differences find")
  func laws() {
    let report = report()
    #expect(report.isSatisfied, "\(report)")
    #expect(report.checked.contains(.implicitGradient))
  }

  @Test(
    "wrong second derivatives are found", arguments: [Bowl.Defect.hessian, .mixedDerivative, .contextLeftOut])
  private func defects(defect: Bowl.Defect) {
    let report = report(defect)
    #expect(
      report.violations.map(\.law) == [.implicitGradient]
        || report.violations.allSatisfy { $0.law == .implicitGradient } && !report.isSatisfied)
  }

  @Test("a gradient of the last step is not that of the rest")
  func truncated() {
    // One step's gradient where the implicit one was promised.
    let report = report(
      path: .implicit(
        ImplicitGradient(tolerance: 0.99, maximumIterations: 1, acceptedResidual: 1, allowsSaddles: true)))
    #expect(report.violations.contains { $0.law == .implicitGradient })
  }

  @Test("a descent that has not come to rest is told so")
  func unrested() {
    let report = report(steps: 3)
    #expect(report.violations.map(\.law) == [.rest])
  }
}
