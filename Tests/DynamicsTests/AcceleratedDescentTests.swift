import Dynamics
import Energies
import EnergyTesting
import Foundation
import Tensors
import TestSupport
import Testing

/// Rules that reach an energy in fewer gradients, against what theory says of them.
struct AcceleratedDescentTests {
  private let start = SmallBlock.tokens(batch: 3)

  @Test("without extrapolation it is plain descent, bit for bit, with and without backtracking")
  func plain() {
    for stepSize: any StepSizeRule in [ConstantStepSize(0.2), BacktrackingStepSize(from: 40)] {
      let ends = [ExtrapolatedUpdate(extrapolation: 0), GradientUpdate() as any UpdateRule].map {
        SmallBlock().descent(updateRule: $0, stepSize: stepSize, stop: .after(steps: 5)).run(from: start)
          .tokens.values.elements
      }
      #expect(ends[0] == ends[1])
    }
  }

  /// E = sum g² / 2 of plain tokens, whose flow from x is x exp(-t).
  private func decay(_ rule: any UpdateRule, _ stepSize: any StepSizeRule, steps: Int) -> Tensor<Double> {
    EnergyDescent(
      of: PowerEnergy(weight: 0.5, power: 2), lagrangian: PlainLagrangian(), updateRule: rule,
      stepSize: stepSize, stop: .after(steps: steps)
    ).run(from: start).tokens.values
  }

  @Test("a half extrapolation follows the flow to second order, plain descent and others to first")
  func order() {
    func error(_ rule: any UpdateRule, _ steps: Int) -> Double {
      let end = decay(rule, .constant(1 / Double(steps)), steps: steps).elements
      return zip(end, start.values.elements).map { abs($0 - $1 * exp(-1)) }.max() ?? 0
    }
    func orderOfError(_ rule: any UpdateRule) -> Double { log2(error(rule, 256) / error(rule, 512)) }
    #expect(abs(orderOfError(.extrapolated()) - 2) < 0.05)
    #expect(abs(orderOfError(.extrapolated(1)) - 1) < 0.05)
    #expect(abs(orderOfError(.gradient) - 1) < 0.05)
  }

  @Test(
    "on a quadratic the iteration converges to the implicit step y / (1 + s), and in one where that is exact")
  func implicitStep() {
    let expected = start.values * (1 / 1.5)
    expectClose(
      actual: decay(.fixedPoint(length: 0.5), .constant(1), steps: 60), expected: expected, relative: 1e-12)
    // The error of an iteration is multiplied by 1 - alpha (1 + s): zero for alpha = 1 / (1 + s).
    expectClose(
      actual: decay(.fixedPoint(length: 0.5), .constant(1 / 1.5), steps: 1), expected: expected,
      relative: 1e-14)
  }

  @Test("a short implicit step is a plain step of that length")
  func shortLength() {
    let block = SmallBlock()
    let one = block.descent(
      updateRule: .fixedPoint(length: 0.05), stepSize: .constant(1), stop: .after(steps: 1))
    let plain = block.descent(stepSize: .constant(0.05), stop: .after(steps: 1))
    expectClose(
      actual: one.run(from: start).tokens.values, expected: plain.run(from: start).tokens.values,
      relative: 1e-14, absolute: 1e-15)
  }

  @Test("a very long implicit step never raises an energy that is concave in g, such as that of memories")
  func concave() {
    for seed in UInt64(50)..<54 {
      let memories: Tensor<Double> = normalTensor([7, 11], seed: seed)
      let descent = EnergyDescent(
        of: HopfieldEnergy(memories: memories), lagrangian: SmallBlock().norm,
        updateRule: .fixedPoint(length: 1e6), stepSize: .constant(1), stop: .after(steps: 20))
      let energies = descent.run(from: start, recording: [.energies]).trajectory.energies.map(\.totals)
      for (before, after) in zip(energies, energies.dropFirst()) {
        for example in 0..<3 { #expect(after[example] <= before[example] + 1e-9 * abs(before[example])) }
      }
      for example in 0..<3 { #expect(energies[20][example] < energies[0][example] - 0.1) }
    }
  }

  @Test("Nesterov's momentum follows the recursion of a quadratic, with and without restarts")
  func nesterov() {
    // E = sum g² / 2: v' = m v + x, x' = x - a (x + m v'), a matrix of two rows that is the same for every number.
    let (m, a) = (0.8, 0.7)
    for restarts in [false, true] {
      var (x, v) = (1.0, 0.0)
      for _ in 0..<9 {
        v = (restarts && x * v < 0 ? 0 : m * v) + x
        x -= a * (x + m * v)
      }
      expectClose(
        actual: decay(.nesterov(m, restarts: restarts), .constant(a), steps: 9), expected: start.values * x,
        relative: 1e-12)
    }
    // Without momentum it is plain descent.
    #expect(
      decay(.nesterov(0), .constant(0.2), steps: 5).elements
        == decay(.gradient, .constant(0.2), steps: 5).elements)
  }

  /// E = sum h g² / 2 with three different h for the components of a token.
  private struct Valley: Energy {
    typealias Scalar = Double
    let curvatures = Tensor<Double>(shape: [1, 1, 3], elements: [0.5, 2, 7])
    func energy(at g: Activations<Double>) -> Tensor<Double> {
      (g.values.squared() * curvatures).sum(axes: [1, 2]) * 0.5
    }
  }

  @Test(
    "Anderson's acceleration over three changes solves a linear problem of three eigenvalues in four steps")
  func anderson() {
    let y: Tensor<Double> = normalTensor([2, 4, 3], seed: 61)
    // The fixed point of x = y - s h x.
    let expected = y / (Valley().curvatures * 0.3 + 1)
    func error(_ rule: any UpdateRule, steps: Int) -> Double {
      let end = EnergyDescent(
        of: Valley(), lagrangian: PlainLagrangian(), updateRule: rule, stepSize: .constant(1),
        stop: .after(steps: steps)
      ).run(from: Tokens(y)).tokens.values
      return (end - expected).absoluteValue().reshaped([24]).maximum(axis: 0).scalar
    }
    // The iteration itself diverges here, since s h > 1; fewer changes do not solve it.
    #expect(error(.anderson(length: 0.3, window: 3), steps: 4) < 1e-5)
    #expect(error(.anderson(length: 0.3, window: 1), steps: 4) > 1e-3)
    #expect(error(.fixedPoint(length: 0.3), steps: 4) > 1)
    // The first step is the iteration's.
    #expect(
      error(.anderson(length: 0.3, window: 3), steps: 1) == error(.fixedPoint(length: 0.3), steps: 1))
  }

  /// Rules and step sizes whose descents obey the laws of every descent.
  static let lawful: [(rule: any UpdateRule, stepSize: any StepSizeRule)] = [
    (ExtrapolatedUpdate(extrapolation: 0.5), ConstantStepSize(0.1)),
    (FixedPointUpdate(length: 0.4), ConstantStepSize(0.8)),
    (ExtrapolatedUpdate(extrapolation: 0.5), BacktrackingStepSize(from: 0.1, Backtracking(growth: 1.2))),
    (NesterovUpdate(momentum: 0.6, restarts: true), ConstantStepSize(0.1)),
    (AndersonUpdate(length: 0.4, window: 2), ConstantStepSize(0.8)),
  ]

  @Test(
    "examples do not depend on each other, padding stays, threads do not matter, derivatives are right",
    arguments: lawful.indices)
  func laws(index: Int) {
    let (rule, stepSize) = Self.lawful[index]
    for mask in [nil, TokenMask(lengths: [3, 5, 1], tokenCount: 5)] {
      let descent = SmallBlock().descent(
        updateRule: rule, stepSize: stepSize, stop: .after(steps: 3), gradientPath: .unrolled)
      let report = DescentLaws.check(descent, from: SmallBlock.tokens(batch: 3, mask: mask))
      #expect(report.isSatisfied, "\(report)")
      #expect(report.unchecked.isEmpty, "\(report)")
    }
  }

  /// The extrapolated rule with w = 1 that keeps more arrays than it needs, a growing number of them.
  struct Remembering: UpdateRule {
    func displacement<Scalar>(
      gradient: Tensor<Scalar>, stepSize: Tensor<Scalar>, state: inout UpdateState<Scalar>
    ) -> Tensor<Scalar> {
      let last = state.arrays.last ?? gradient
      state.arrays.append(gradient)
      return -(gradient * 2 - last) * stepSize
    }
  }

  @Test("a rule of one's own is trained through every path, however many arrays it keeps")
  func arrays() {
    func loss(_ rule: any UpdateRule, _ path: GradientPath, _ x: Tensor<Double>) -> Tensor<Double> {
      SmallBlock().descent(updateRule: rule, stop: .after(steps: 3), gradientPath: path)
        .run(from: Tokens(x)).tokens.values.squared().sum()
    }
    let expected = gradient(at: start.values) { loss(.extrapolated(1), .unrolled, $0) }
    for path in [GradientPath.unrolled, .recomputed, .automatic] {
      let found = gradient(at: start.values) { loss(Remembering(), path, $0) }
      expectClose(actual: found, expected: expected, relative: 1e-9, absolute: 1e-11)
    }
    #expect(!loss(Remembering(), .detached, start.values.variable()).isTracked)
  }
}
