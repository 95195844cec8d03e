import Dynamics
import Energies
import Tensors
import TestSupport
import Testing

@Suite struct FusedDescentTests {
  @Test("a fused run gives what tensor operations give, on every vector unit", arguments: FusedCase.all)
  func forward(example: FusedCase) {
    compare(example.forward(Double.self, isFused: true), example.forward(Double.self, isFused: false), 1e-12)
    let expected = example.forward(Float.self, isFused: false)
    for unit in VectorUnit.available {
      let found = VectorUnit.use(unit) { example.forward(Float.self, isFused: true) }
      compare(found, expected, 2e-5, unit)
    }
  }

  @Test(
    "fused gradients, stored and recomputed, are those of tensor operations on every vector unit",
    arguments: FusedCase.all)
  func gradients(example: FusedCase) {
    let expected = example.gradients(Double.self, path: .unrolled, isFused: false)
    for path in [GradientPath.automatic, .automatic(memoryLimit: 0), .recomputed] {
      compare(example.gradients(Double.self, path: path, isFused: true), expected, 1e-10, "\(path)")
    }
    for unit in VectorUnit.available {
      let found = VectorUnit.use(unit) { example.gradients(Float.self, path: .automatic, isFused: true) }
      compare(found, expected.map { ($0, $1.converted(to: Float.self)) }, 1e-3, unit)
    }
  }

  @Test("covered descents are fused; others say why not")
  func computation() {
    let example = FusedCase()
    let (energy, norm, x) = (
      example.energy(Double.self), example.norm(Double.self), example.tokens(Double.self)
    )
    #expect(example.descent(energy, norm, path: .automatic, isFused: true).computation(from: x).isFused)
    func reason(_ change: (inout EnergyDescent<EnergySum<Double>, LayerNormLagrangian<Double>>) -> Void)
      -> String
    {
      var descent = example.descent(energy, norm, path: .automatic, isFused: true)
      change(&descent)
      return descent.computation(from: x).description
    }
    #expect(reason { $0.usesFusedKernels = false } == "general: fused kernels are switched off")
    #expect(reason { $0.updateRule = .momentum(0.5) } == "fused gradients: the update rule MomentumUpdate")
    #expect(reason { $0.stepSize = .backtracking(from: 1) }.hasPrefix("fused gradients: step sizes"))
    #expect(reason { $0.stepSize = .barzilaiBorwein(from: 1) }.hasPrefix("fused gradients: step sizes"))
    #expect(reason { $0.stepSize = .schedule([0.1, 0.2]) } == "fused")
    #expect(reason { $0.energy = (energy + PowerEnergy(weight: 1, power: 2).named("own")) }.contains("own"))
    let tracked = Tokens(x.values.variable(), mask: x.mask)
    let unrolled = example.descent(energy, norm, path: .unrolled, isFused: true)
    #expect(unrolled.computation(from: tracked).description.contains("unrolled"))
    #expect(unrolled.computation(from: x).isFused)
    let plain = EnergyDescent(
      of: energy, lagrangian: PlainLagrangian(), stepSize: .constant(0.1), stop: .after(steps: 1))
    #expect(plain.computation(from: x).description.contains("PlainLagrangian"))
  }

  @Test(
    "steps by tensor operations along fused gradients are those along general ones", arguments: FusedCase.all)
  func evaluations(example: FusedCase) {
    func results<Rule: UpdateRule>(_ rule: Rule, _ size: any StepSizeRule) {
      let found = [true, false].map { isFused in
        var descent = example.descent(
          example.energy(Double.self), example.norm(Double.self), path: .detached, isFused: isFused)
        descent.updateRule = rule
        descent.stepSize = size
        let result = descent.run(from: example.tokens(Double.self), recording: [.energies])
        return [("tokens", result.tokens.values), ("activations", result.activations.values)]
          + result.trajectory.energies.flatMap { energy in energy.parts.map { ($0.name, $0.energy) } }
      }
      compare(found[0], found[1], 1e-11)
    }
    results(.momentum(0.7), .constant(0.1))
    results(.gradient, .backtracking(from: 4))
    results(.gradient, .barzilaiBorwein(from: 0.1))
  }

  @Test("a descent that meets infinity says where, as tensor operations do")
  func nonFinite() {
    let example = FusedCase()
    var energy = example.energy(Float.self)
    energy = energy.replacing(energy.dependencies.values.map { $0 * 1e30 })
    let found = [true, false].map { isFused in
      example.descent(energy, example.norm(Float.self), path: .detached, isFused: isFused)
        .run(from: example.tokens(Float.self))
    }
    #expect(!found[0].stopReason.isFinite)
    #expect(found[0].stopReason == found[1].stopReason)
  }

  @Test(
    "bits do not depend on the number of threads, whether they take pieces or share one",
    arguments: [
      FusedCase(batch: 23, tokenCount: 11, dimension: 40, isPadded: true, bias: .additive),
      FusedCase.sizes[0],
    ])
  func threads(example: FusedCase) {
    let before = Parallelism.threadCount
    defer { Parallelism.threadCount = before }
    let found = [1, 2, 5].map { count in
      Parallelism.threadCount = count
      return
        (example.forward(Float.self, isFused: true)
        + example.gradients(Float.self, path: .automatic, isFused: true))
        .map { $0.1.elements.map(\.bitPattern) }
    }
    #expect(found[1] == found[0])
    #expect(found[2] == found[0])
  }

  @Test("a hundred updates along fused and general gradients stay together")
  func training() {
    let example = FusedCase(batch: 4, tokenCount: 6, dimension: 12, memoryCount: 20, learnsBeta: true)
    let target = normalTensor([4, 6, 12], seed: 77, as: Double.self)
    let norm = example.norm(Double.self)
    let trained = [true, false].map { isFused in
      var energy = example.energy(Double.self)
      var losses: [Double] = []
      for _ in 0..<100 {
        let (loss, found) = valueWithGradients(at: energy.dependencies.values) { values in
          let descent = example.descent(energy.replacing(values), norm, path: .automatic, isFused: isFused)
          return (descent.run(from: example.tokens(Double.self)).activations.values - target).squared().mean()
        }
        energy = energy.replacing(zip(energy.dependencies.values, found).map { $0 - $1 * 0.05 })
        losses.append(loss.scalar)
      }
      return (losses: losses, weights: energy.dependencies.values)
    }
    #expect(trained[0].losses[99] < trained[0].losses[0] * 0.9)
    for (a, b) in zip(trained[0].losses, trained[1].losses) { #expect(abs(a - b) < 1e-9 * b) }
    for (a, b) in zip(trained[0].weights, trained[1].weights) { expectNear(a, b, 1e-8) }
  }

  private func compare<Scalar>(
    _ found: [(String, Tensor<Scalar>)], _ expected: [(String, Tensor<Scalar>)], _ relative: Double,
    _ comment: String = ""
  ) {
    #expect(found.map(\.0) == expected.map(\.0))
    for ((name, value), (_, reference)) in zip(found, expected) {
      expectNear(value, reference, relative, "\(comment) \(name)")
    }
  }
}
