import Dynamics
import Energies
import Foundations
import Tensors
import TestSupport
import Testing

/// Backtracking whose first try grows.
struct GrowingStepSizeTests {
  private let start = SmallBlock.tokens(batch: 3)

  private func states<Function, Norm>(
    _ descent: EnergyDescent<Function, Norm>, _ start: Tokens<Double>, steps: Int
  ) -> [DescentState<Double>] where Norm.Scalar == Double {
    var state = descent.start(from: start)
    return (0..<steps).map { _ in
      descent.step(&state)
      return state
    }
  }

  @Test("where nothing rises alpha grows by the factor, and that costs one gradient a step and one more")
  func grows() {
    let descent = EnergyDescent(
      of: PowerEnergy(weight: 1, power: 1), lagrangian: PlainLagrangian(),
      stepSize: .backtracking(from: 0.1, Backtracking(growth: 2)), stop: .after(steps: 5))
    let found = states(descent, start, steps: 5)
    for (step, state) in found.enumerated() {
      #expect(state.stepSize?.elements == [Double](repeating: 0.1 * Double(1 << step), count: 3))
      #expect(state.gradientCount == step + 2)
    }
    // E = sum g falls by alpha for every number.
    for (a, b) in zip(found[4].tokens.values.elements, start.values.elements) {
      #expect(abs(a - (b - 3.1)) < 1e-12)
    }
  }

  @Test("an example whose step was shortened goes on from what it took, the others from theirs")
  func shortened() throws {
    let growth = 1.5
    let descent = Bowl().descent(
      stepSize: .backtracking(from: 0.2, Backtracking(growth: growth)), stop: .after(steps: 15))
    var sizes = [[Double]](repeating: [0.2 / growth], count: 3)
    var (shortenings, gradients) = (0, 1)
    for state in states(descent, start, steps: 15) {
      var most = 0
      for (example, size) in try #require(state.stepSize?.elements).enumerated() {
        let first = sizes[example].last.map { $0 * growth } ?? 0
        // The size is the first try, halved some number of times.
        let halvings = (0..<20).first { abs(first / Double(1 << $0) - size) < 1e-12 * first }
        most = max(most, try #require(halvings))
        sizes[example].append(size)
      }
      shortenings += most
      gradients += 1 + most
      #expect(state.gradientCount == gradients)
    }
    #expect(shortenings > 0)
    #expect(sizes[0] != sizes[1] && sizes[1] != sizes[2])
  }

  @Test("the energy of no example ever rises", arguments: [1.0, 3.0], [0.0, 0.5])
  func neverRises(growth: Double, extrapolation: Double) {
    let stepSize = BacktrackingStepSize(from: 0.05, Backtracking(attempts: 60, growth: growth))
    let rule = ExtrapolatedUpdate(extrapolation: extrapolation)
    for trajectory in [
      Bowl().descent(updateRule: rule, stepSize: stepSize, stop: .after(steps: 20))
        .run(from: start, recording: [.energies]).trajectory,
      SmallBlock().descent(updateRule: rule, stepSize: stepSize, stop: .after(steps: 20))
        .run(from: start, recording: [.energies]).trajectory,
    ] {
      let energies = trajectory.energies.map(\.totals)
      for (before, after) in zip(energies, energies.dropFirst()) {
        for example in 0..<3 { #expect(after[example] <= before[example]) }
      }
      for example in 0..<3 { #expect(energies[20][example] < energies[0][example]) }
    }
  }

  @Test("an example that stayed starts again from the size of the rule")
  func restarts() {
    // With a negative gain every small step climbs.
    let descent = SmallBlock(gamma: -1).descent(
      stepSize: .backtracking(from: 1e-3, Backtracking(attempts: 3, growth: 2)), stop: .after(steps: 3))
    for (step, state) in states(descent, start, steps: 3).enumerated() {
      #expect(state.stepSize?.elements == [0, 0, 0])
      #expect(state.gradientCount == 1 + 5 * (step + 1))
    }
  }

  @Test("a plain step costs one gradient")
  func plainCount() {
    let counts = states(SmallBlock().descent(stop: .after(steps: 4)), start, steps: 4).map(\.gradientCount)
    #expect(counts == [1, 2, 3, 4])
  }
}
