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
      actual: decay(.implicit(length: 0.5), .constant(1), steps: 60), expected: expected, relative: 1e-12)
    // The error of an iteration is multiplied by 1 - alpha (1 + s): zero for alpha = 1 / (1 + s).
    expectClose(
      actual: decay(.implicit(length: 0.5), .constant(1 / 1.5), steps: 1), expected: expected,
      relative: 1e-14)
  }

  @Test("a short implicit step is a plain step of that length")
  func shortLength() {
    let block = SmallBlock()
    let one = block.descent(
      updateRule: .implicit(length: 0.05), stepSize: .constant(1), stop: .after(steps: 1))
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
        updateRule: .implicit(length: 1e6), stepSize: .constant(1), stop: .after(steps: 20))
      let energies = descent.run(from: start, recording: [.energies]).trajectory.energies.map(\.totals)
      for (before, after) in zip(energies, energies.dropFirst()) {
        for example in 0..<3 { #expect(after[example] <= before[example] + 1e-9 * abs(before[example])) }
      }
      for example in 0..<3 { #expect(energies[20][example] < energies[0][example] - 0.1) }
    }
  }

  /// Rules and step sizes whose descents obey the laws of every descent.
  static let lawful: [(rule: any UpdateRule, stepSize: any StepSizeRule)] = [
    (ExtrapolatedUpdate(extrapolation: 0.5), ConstantStepSize(0.1)),
    (ImplicitUpdate(length: 0.4), ConstantStepSize(0.8)),
    (ExtrapolatedUpdate(extrapolation: 0.5), BacktrackingStepSize(from: 0.1, Backtracking(growth: 1.2))),
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

  /// Keeps what it is not meant to in a list.
  struct Remembering: UpdateRule {
    func displacement<Scalar>(
      gradient: Tensor<Scalar>, stepSize: Tensor<Scalar>, memory: inout UpdateMemory<Scalar>
    ) -> Tensor<Scalar> {
      let last = memory.history.last ?? gradient
      memory.history = [gradient]
      return -(gradient * 2 - last) * stepSize
    }
  }

  @Test(
    "a rule with a history is trained through unrolled, with the right derivative, and refused recomputed")
  func history() async {
    func loss(_ rule: any UpdateRule, _ path: GradientPath, _ x: Tensor<Double>) -> Tensor<Double> {
      SmallBlock().descent(updateRule: rule, stop: .after(steps: 3), gradientPath: path)
        .run(from: Tokens(x)).tokens.values.squared().sum()
    }
    let found = gradient(at: start.values) { loss(Remembering(), .unrolled, $0) }
    let expected = gradient(at: start.values) { loss(.extrapolated(1), .recomputed, $0) }
    expectClose(actual: found, expected: expected, relative: 1e-9, absolute: 1e-11)
    await #expect(processExitsWith: .failure) {
      _ = SmallBlock().descent(updateRule: Remembering(), stop: .after(steps: 3), gradientPath: .recomputed)
        .run(from: Tokens(SmallBlock.tokens(batch: 2).values.variable()))
    }
  }
}
