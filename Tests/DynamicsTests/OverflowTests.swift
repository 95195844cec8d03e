import Dynamics
import Energies
import Tensors
import TestSupport
import Testing

/// Descents at the end of the numbers: tokens whose squares overflow, and scores that do.
struct OverflowTests {
  private let example = FusedCase()

  private func descent<Scalar: TensorScalar>(
    _ size: any StepSizeRule, isFused: Bool, path: GradientPath = .detached, as type: Scalar.Type
  ) -> EnergyDescent<EnergySum<Scalar>, LayerNormLagrangian<Scalar>> {
    var descent = example.descent(
      example.energy(Scalar.self), example.norm(Scalar.self), path: path, isFused: isFused)
    descent.stepSize = size
    return descent
  }

  @Test("a step whose tokens overflow the norm's squares is a stop reason, whatever the rule and the way")
  func reason() {
    let rules: [any UpdateRule] = [
      .gradient, .momentum(0.5), .nesterov(0.5), .extrapolated(0.5), .fixedPoint(length: 1),
      .anderson(length: 1, window: 2),
      .noisy(standardDeviation: 0.1, random: RandomStream(seed: 5)),
    ]
    for rule in rules {
      for isFused in [true, false] {
        var descent = descent(.constant(1e30), isFused: isFused, as: Float.self)
        descent.updateRule = rule
        let start = example.tokens(Float.self)
        let result = descent.run(from: start, recording: [.energies, .states(every: 1)])
        #expect(result.stopReason == .overflow(step: 1), "\(rule) \(isFused)")
        #expect(!result.stopReason.isFinite && result.steps == 0)
        #expect(result.tokens.values.elements == start.values.elements)
        #expect("\(result.stopReason)".contains("step 1 moved tokens so far"))
      }
    }
    for isFused in [true, false] {
      let shortened = descent(.backtracking(from: 1e30), isFused: isFused, as: Float.self)
        .run(from: example.tokens(Float.self))
      #expect(
        !shortened.stopReason.isFinite || shortened.tokens.values.elements.allSatisfy { abs($0) < 1e19 })
      let double = descent(.constant(1e200), isFused: isFused, as: Double.self)
        .run(from: example.tokens(Double.self))
      #expect(double.stopReason == .overflow(step: 1))
      #expect(
        descent(.constant(1e30), isFused: isFused, as: Double.self).run(from: example.tokens(Double.self))
          .stopReason == .steps(3))
    }
    for path in [GradientPath.automatic, .recomputed, .unrolled] {
      let x = example.tokens(Float.self).values.variable()
      let result = descent(.constant(1e30), isFused: true, path: path, as: Float.self).run(from: Tokens(x))
      #expect(result.stopReason == .overflow(step: 1), "\(path)")
    }
  }

  @Test("a sphere's squares overflow as well, and other Lagrangians have none")
  func otherLagrangians() {
    let energy = example.energy(Float.self)
    let sphere = EnergyDescent(
      of: energy, lagrangian: SphericalNormLagrangian<Float>(dimension: 7), stepSize: .constant(1e30),
      stop: .after(steps: 2))
    #expect(sphere.run(from: example.tokens(Float.self)).stopReason == .overflow(step: 1))
    let tanh = EnergyDescent(
      of: energy, lagrangian: TanhLagrangian<Float>(), stepSize: .constant(1e30), stop: .after(steps: 2))
    #expect(tanh.run(from: example.tokens(Float.self)).stopReason == .steps(2))
  }

  @Test("tokens that are large at the start are descended, with the figures of double precision")
  func largeStart() {
    let scale: Float = 1e25
    let values = example.tokens(Float.self).values * scale
    let exact = Tokens(values.converted(to: Double.self))
    let reference = descent(.constant(1e24), isFused: false, as: Double.self)
      .run(from: exact, recording: [.energies])
    for isFused in [true, false] {
      let found = descent(.constant(1e24), isFused: isFused, as: Float.self)
        .run(from: Tokens(values), recording: [.energies])
      #expect(found.stopReason == .steps(3))
      let last = reference.tokens.values
      expectClose(
        actual: found.tokens.values / scale, expected: last / Double(scale), relative: 1e-4, absolute: 1e-4)
      for (mine, other) in zip(found.trajectory.energies, reference.trajectory.energies) {
        expectClose(actual: mine.total, expected: other.total, relative: 1e-4)
      }
    }
  }

  @Test(
    "attention at scores that overflow when beta multiplies them, and at those that only lose their digits",
    arguments: [(false, false), (true, false), (false, true), (true, true)])
  func largeScores(leavesOutSelf: Bool, isCausal: Bool) {
    for bias in [
      AttentionBias<Double>?.none, .additive(.ones([1, 1, 3, 3])), .multiplicative(.ones([1, 1, 3, 3])),
    ] {
      for exponent in [62, 24, 17, 10] { check(leavesOutSelf, isCausal, bias, exponent) }
    }
  }

  private func check(
    _ leavesOutSelf: Bool, _ isCausal: Bool, _ bias: AttentionBias<Double>?, _ exponent: Int
  ) {
    // Scores of 4^exponent g · g: for 62 a beta of 90 makes more than the largest float of them.
    func power<Scalar: TensorScalar>(_ exponent: Int) -> Scalar {
      Scalar(sign: .plus, exponent: Scalar.Exponent(exponent), significand: 1)
    }
    func energy<Scalar: TensorScalar>(_ type: Scalar.Type) -> EnergySum<Scalar> {
      let weights =
        Tensor<Scalar>(shape: [1, 3, 3], elements: [1, 0, 0, 0, 1, 0, 0, 0, 1]) * power(exponent)
      var attention = AttentionEnergy(
        queryWeights: weights, keyWeights: weights, beta: Tensor(shape: [1], elements: [90]),
        includesSelf: !leavesOutSelf, isCausal: isCausal)
      switch bias {
      case .additive(let values): attention.bias = .additive(values.converted(to: Scalar.self))
      case .multiplicative(let values): attention.bias = .multiplicative(values.converted(to: Scalar.self))
      case nil: break
      }
      return attention.named("attention")
    }
    func run<Scalar: TensorScalar>(_ isFused: Bool, _ type: Scalar.Type) -> DescentResult<Scalar> {
      let x = Tensor<Scalar>(shape: [1, 3, 3], elements: [1, 0, -1, 1, 0, -1, -1, 1, 0])
      var descent = EnergyDescent(
        of: energy(Scalar.self), lagrangian: LayerNormLagrangian<Scalar>(dimension: 3),
        stepSize: .constant(power(-2 * exponent)), stop: .after(steps: 1))
      descent.usesFusedKernels = isFused
      #expect(descent.computation(from: Tokens(x)).isFused == isFused)
      return descent.run(from: Tokens(x), recording: [.energies])
    }
    let reference = run(false, Double.self)
    for isFused in [true, false] {
      let found = run(isFused, Float.self)
      #expect(found.stopReason == .steps(1))
      expectClose(
        actual: found.tokens.values, expected: reference.tokens.values, relative: 1e-5, absolute: 1e-5)
      for (mine, other) in zip(found.trajectory.energies, reference.trajectory.energies) {
        expectClose(actual: mine.total, expected: other.total, relative: 1e-5)
      }
    }
    // By differentiation of the definition.
    let g = Activations(Tensor<Float>(shape: [1, 3, 3], elements: [1, 0, -1, 1, 0, -1, -1, 1, 0]))
    let exact = Activations(g.values.converted(to: Double.self))
    expectClose(
      actual: energy(Float.self).differentiatedGradient(at: g) * power(-2 * exponent),
      expected: energy(Double.self).differentiatedGradient(at: exact) * power(-2 * exponent), relative: 1e-5,
      absolute: 1e-6)
  }
}
