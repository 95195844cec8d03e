import Dynamics
import Energies
import Tensors
import TestSupport
import Testing

/// Every update rule and every schedule, against loops over plain arrays.
struct UpdateRuleTests {
  private let block = SmallBlock()
  private let start = SmallBlock.tokens(batch: 3)

  /// States of a descent and those that `move` makes: it gets x, dE/dg and the step, and changes x.
  private func check(
    _ rule: any UpdateRule, _ stepSize: any StepSizeRule, steps: Int = 5,
    sourceLocation: SourceLocation = #_sourceLocation, _ move: (inout [Double], [Double], Int) -> Void
  ) {
    // Rules beside the count keep the batch whole, as the loop does.
    let result = block.descent(updateRule: rule, stepSize: stepSize, stop: .any([.after(steps: steps)]))
      .run(from: start, recording: [.states(every: 1)])
    #expect(result.trajectory.states.count == steps + 1, sourceLocation: sourceLocation)
    var x = start.values.elements
    for (step, state) in result.trajectory.states.enumerated() {
      #expect(state.step == step, sourceLocation: sourceLocation)
      expectClose(
        actual: state.tokens, expected: Tensor(shape: start.values.shape, elements: x), relative: 1e-12,
        absolute: 1e-12, "step \(step)", sourceLocation: sourceLocation)
      move(&x, block.slope(at: x, batch: 3), step)
    }
  }

  @Test("a gradient step moves x by -alpha dE/dg")
  func gradient() {
    check(.gradient, .constant(0.2)) { x, slope, _ in
      for index in x.indices { x[index] -= 0.2 * slope[index] }
    }
  }

  @Test("a momentum step moves x by -alpha v with v <- m v + dE/dg, starting at rest")
  func momentum() {
    var velocity = [Double](repeating: 0, count: start.values.count)
    check(.momentum(0.7), .constant(0.2)) { x, slope, _ in
      for index in x.indices {
        velocity[index] = 0.7 * velocity[index] + slope[index]
        x[index] -= 0.2 * velocity[index]
      }
    }
  }

  @Test(
    "an extrapolated step moves x by -alpha (G + w (G - G')), the first by -alpha G", arguments: [0.5, 1.7])
  func extrapolated(extrapolation: Double) {
    var before: [Double]?
    check(.extrapolated(extrapolation), .schedule([0.1, 0.2])) { x, slope, step in
      for index in x.indices {
        let last = before?[index] ?? slope[index]
        x[index] -= (step == 0 ? 0.1 : 0.2) * (slope[index] + extrapolation * (slope[index] - last))
      }
      before = slope
    }
  }

  @Test("an implicit step goes the share alpha of the way to y - s dE/dg", arguments: [1.0, 0.7])
  func implicit(share: Double) {
    let first = start.values.elements
    check(.implicit(length: 0.4), .constant(share)) { x, slope, _ in
      for index in x.indices {
        x[index] = (1 - share) * x[index] + share * (first[index] - 0.4 * slope[index])
      }
    }
  }

  @Test("a noisy step adds sqrt(alpha) n, n drawn in order from the stream")
  func noisy() {
    var random = RandomStream(seed: 3)
    check(.noisy(standardDeviation: 0.3, random: RandomStream(seed: 3)), .constant(0.2)) { x, slope, _ in
      for index in x.indices { x[index] += 0.2.squareRoot() * 0.3 * random.normal() - 0.2 * slope[index] }
    }
  }

  @Test("a noisy descent without deviation is the plain one, and another seed is another descent")
  func noiseless() {
    func last(_ rule: any UpdateRule) -> Tensor<Double> {
      block.descent(updateRule: rule, stop: .after(steps: 4)).run(from: start).tokens.values
    }
    let still = last(.noisy(standardDeviation: 0, random: RandomStream(seed: 3)))
    expectClose(actual: still, expected: last(.gradient), relative: 1e-12, absolute: 1e-12)
    let first = last(.noisy(standardDeviation: 0.1, random: RandomStream(seed: 3)))
    #expect(first.elements == last(.noisy(standardDeviation: 0.1, random: RandomStream(seed: 3))).elements)
    #expect(first.elements != last(.noisy(standardDeviation: 0.1, random: RandomStream(seed: 4))).elements)
  }

  @Test("a schedule gives every step its own alpha, counted from 0")
  func schedule() {
    check(.gradient, .schedule { 0.3 / Double($0 + 1) }) { x, slope, step in
      for index in x.indices { x[index] -= 0.3 / Double(step + 1) * slope[index] }
    }
  }

  @Test("a list of step sizes is used in turn and its last one repeats")
  func list() {
    let sizes = [0.3, 0.0, 0.1]
    check(.gradient, .schedule(sizes)) { x, slope, step in
      for index in x.indices { x[index] -= sizes[min(step, 2)] * slope[index] }
    }
  }

  @Test("a schedule and momentum work together")
  func scheduledMomentum() {
    var velocity = [Double](repeating: 0, count: start.values.count)
    check(.momentum(0.5), .schedule([0.1, 0.2])) { x, slope, step in
      for index in x.indices {
        velocity[index] = 0.5 * velocity[index] + slope[index]
        x[index] -= (step == 0 ? 0.1 : 0.2) * velocity[index]
      }
    }
  }

  @Test("step sizes and rules outside their range are refused")
  func refused() async {
    await #expect(processExitsWith: .failure) { _ = ConstantStepSize(-0.1) }
    await #expect(processExitsWith: .failure) { _ = ConstantStepSize(.nan) }
    await #expect(processExitsWith: .failure) { _ = ScheduledStepSize { _ in .infinity }.size(at: 0) }
    await #expect(processExitsWith: .failure) { _ = MomentumUpdate(momentum: 1) }
    await #expect(processExitsWith: .failure) { _ = ExtrapolatedUpdate(extrapolation: -0.1) }
    await #expect(processExitsWith: .failure) { _ = ExtrapolatedUpdate(extrapolation: .infinity) }
    await #expect(processExitsWith: .failure) { _ = ImplicitUpdate(length: 0) }
    await #expect(processExitsWith: .failure) { _ = Backtracking(growth: 0.9) }
    await #expect(processExitsWith: .failure) { _ = BacktrackingStepSize(from: 0) }
    await #expect(processExitsWith: .failure) { _ = Backtracking(factor: 1) }
  }
}
