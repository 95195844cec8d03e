import Dynamics
import Energies
import EnergyTesting
import Tensors
import TestSupport
import Testing

/// Sums of parts with fused kernels and terms without: the same as with all of them differentiated.
@Suite struct MixedSumTests {
  @Test("a run gives what differentiation gives, part by part in order", arguments: MixedSumCase.all)
  func forward(example: MixedSumCase) {
    let expected = example.forward(Double.self, isDifferentiated: true)
    #expect(expected.count >= 2 + example.energy(Double.self).parts.count)
    compare(example.forward(Double.self), expected, 1e-12)
    compare(example.forward(Float.self), example.forward(Float.self, isDifferentiated: true), 2e-5)
  }

  @Test(
    "gradients on every path are those of differentiation, for trained tensors of every part",
    arguments: MixedSumCase.all)
  func gradients(example: MixedSumCase) {
    let expected = example.gradients(Double.self, path: .unrolled, isDifferentiated: true)
    for path in [GradientPath.automatic, .automatic(memoryLimit: 0), .recomputed, .unrolled] {
      compare(example.gradients(Double.self, path: path), expected, 1e-10, "\(path)")
    }
    let single = example.gradients(Float.self, path: .automatic)
    compare(single, expected.map { ($0, $1.converted(to: Float.self)) }, 1e-3)
    if example.base.steps > 0 {
      for (name, gradient) in expected { #expect(gradient.elements.contains { abs($0) > 1e-7 }, "\(name)") }
    }
  }

  @Test("steps taken elsewhere along fused gradients and differentiated ones", arguments: MixedSumCase.all)
  func evaluations(example: MixedSumCase) {
    for change: @Sendable (inout EnergyDescent<EnergySum<Double>, LayerNormLagrangian<Double>>) -> Void in [
      { $0.updateRule = .momentum(0.7) }, { $0.stepSize = .backtracking(from: 4) },
    ] {
      compare(
        example.forward(Double.self, isDifferentiated: false, change),
        example.forward(Double.self, isDifferentiated: true, change), 1e-11)
      compare(
        example.gradients(Double.self, path: .automatic, change),
        example.gradients(Double.self, path: .unrolled, isDifferentiated: true, change), 1e-9)
    }
  }

  @Test("second derivatives are those of differentiation")
  func secondDerivatives() throws {
    let example = MixedSumCase.all[1]
    let found = try [true, false].map { isDifferentiated in
      let along = directionalDerivative {
        example.loss($0, path: isDifferentiated ? .unrolled : .automatic, isDifferentiated: isDifferentiated)
      }
      return try valueWithGradients(at: example.points(Double.self)) { try along($0) }.gradients
    }
    for (index, (a, b)) in zip(found[1], found[0]).enumerated() {
      expectNear(a, b, 1e-9, "argument \(index)")
    }
  }

  @Test("bits do not depend on the number of threads", arguments: [MixedSumCase.all[4], .all[5], .all[7]])
  func threads(example: MixedSumCase) {
    let before = Parallelism.threadCount
    defer { Parallelism.threadCount = before }
    let found = [1, 2, 5].map { count in
      Parallelism.threadCount = count
      return (example.forward(Float.self) + example.gradients(Float.self, path: .automatic))
        .map { $0.1.elements.map(\.bitPattern) }
    }
    #expect(found[1] == found[0])
    #expect(found[2] == found[0])
  }

  @Test("a term beside attention between all of 521 tokens, whose rows are taken in blocks")
  func inBlocks() {
    let example = MixedSumCase(
      base: FusedCase(batch: 1, tokenCount: 521, dimension: 9, steps: 2), after: [.wells])
    compare(example.forward(Double.self), example.forward(Double.self, isDifferentiated: true), 1e-12)
    compare(
      example.gradients(Double.self, path: .automatic),
      example.gradients(Double.self, path: .recomputed, isDifferentiated: true), 1e-10)
  }

  @Test("the way of every part is told, and why it is not fused")
  func computation() {
    let example = MixedSumCase(base: FusedCase(), before: [.wells], after: [.spring])
    let (energy, x) = (example.energy(Double.self), example.base.tokens(Double.self))
    var descent = example.descent(energy, path: .automatic)
    let found = descent.computation(from: x)
    #expect(found.parts.map(\.name) == ["wells", "attention", "memory", "spring"])
    #expect(found.parts.map { $0.way == .fused } == [false, true, true, false])
    #expect(found.steps == .fused && !found.isFused)
    let ways =
      "wells: general, it has no closed form and is differentiated; attention: fused; memory: fused; "
      + "spring: general, it has no fused kernel"
    #expect(found.description == ways)
    #expect(descent.computation(from: Tokens(x.values.variable())).description == ways)
    descent.updateRule = .momentum(0.5)
    #expect(
      descent.computation(from: x).description == ways + "; steps: general, the update rule MomentumUpdate")
    #expect(
      descent.computation(from: Tokens(x.values.variable())).description
        == "general: the update rule MomentumUpdate")
    descent = example.descent(example.energy(Double.self, isDifferentiated: true), path: .automatic)
    #expect(
      descent.computation(from: x).description
        == "general: no part of the energy wells + attention + memory + spring has a fused kernel")
  }

  @Test("a force is fused beside attention, and a sum of forces alone is not")
  func forces() {
    let example = MixedSumCase(base: FusedCase(), after: [.input, .places])
    let descent = example.descent(example.energy(Double.self), path: .automatic)
    let x = example.base.tokens(Double.self)
    #expect(descent.computation(from: x).isFused)
    #expect(descent.computation(from: Tokens(x.values.variable())).isFused)
    let alone = EnergyDescent(
      of: InputEnergy<Double>(normalTensor([example.base.dimension], seed: 83)),
      lagrangian: example.base.norm(Double.self), stepSize: .constant(0.1), stop: .after(steps: 2))
    #expect(
      alone.computation(from: x).description == "general: no part of the energy input has a fused kernel")
    #expect(alone.run(from: x).tokens.values.isFinite)
  }

  @Test("what a term depends on unlisted is differentiated, as stepping by hand does")
  func unlisted() {
    let example = MixedSumCase(base: FusedCase(batch: 9))
    let weights = normalTensor(example.base.tokens(Double.self).values.shape, seed: 3)
    for path in [GradientPath.automatic, .unrolled] {
      func loss(_ variables: [Tensor<Double>], byHand: Bool) -> Tensor<Double> {
        let energy = example.energy(Double.self) + Unlisted(factor: variables[1])
        let descent = example.descent(energy, path: path)
        if !byHand { return (descent.run(from: Tokens(variables[0])).tokens.values * weights).sum() }
        var state = descent.start(from: Tokens(variables[0]))
        for _ in 0..<example.base.steps { descent.step(&state) }
        return (state.tokens.values * weights).sum()
      }
      let tokens = example.base.tokens(Double.self).values
      let found = [false, true].map { byHand in
        valueWithGradients(at: [tokens, Tensor(0.7)]) { loss($0, byHand: byHand) }.gradients
      }
      for (a, b) in zip(found[0], found[1]) { expectNear(a, b, 1e-11) }
      #expect(abs(found[0][1].scalar) > 1e-3)
      // The factor alone, without the tokens.
      let alone = [false, true].map { byHand in
        gradient(at: Tensor(0.7)) { loss([tokens, $0], byHand: byHand) }
      }
      expectNear(alone[0], found[0][1], 1e-11)
      expectNear(alone[1], found[0][1], 1e-11)
    }
  }

  @Test("a term that leaves the finite numbers is named")
  func nonFinite() {
    let example = MixedSumCase(base: FusedCase(), after: [.spring])
    var energy = example.energy(Float.self)
    energy = energy.replacing(
      zip(energy.dependencies.names, energy.dependencies.values).map {
        $0 == "spring.stiffness" ? Tensor(3e38) : $1
      })
    let result = example.descent(energy, path: .detached).run(from: example.base.tokens(Float.self))
    #expect(result.stopReason == .nonFinite(step: 0, part: "spring"))
  }

  @Test("all laws of descents hold for a sum with a term of one's own")
  func descentLaws() {
    let example = MixedSumCase(
      base: FusedCase(batch: 2, tokenCount: 3, dimension: 4, memoryCount: 5, steps: 2), after: [.wells])
    let report = DescentLaws.check(
      example.descent(example.energy(Double.self), path: .automatic), from: example.base.tokens(Double.self),
      options: LawOptions(constants: ["beta"]))
    #expect(report.isSatisfied, "\(report)")
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
