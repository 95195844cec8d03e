import Dynamics
import Energies
import Tensors
import TestSupport
import Testing

/// Every update rule and every schedule, against loops over plain arrays.
struct UpdateRuleTests {
  private let block = SmallBlock()
  private let start = SmallBlock.tokens(batch: 3)

  /// States of a descent and those that `update` makes: it gets x, dE/dg and the step, and changes x.
  ///
  /// In a bowl the descent overshoots, which that of normalised tokens does not.
  private func check(
    _ rule: any UpdateRule, _ stepSize: any StepSizeRule, steps: Int = 5, relative: Double = 1e-12,
    inBowl: Bool = false,
    sourceLocation: SourceLocation = #_sourceLocation, _ update: (inout [Double], [Double], Int) -> Void
  ) {
    // Rules beside the count keep the batch whole, as the loop does.
    let stop = StoppingRule.any([.after(steps: steps)])
    let result =
      inBowl
      ? Bowl().descent(updateRule: rule, stepSize: stepSize, stop: stop)
        .run(from: start, recording: [.states(every: 1)])
      : block.descent(updateRule: rule, stepSize: stepSize, stop: stop)
        .run(from: start, recording: [.states(every: 1)])
    #expect(result.trajectory.states.count == steps + 1, sourceLocation: sourceLocation)
    var x = start.values.elements
    for (step, state) in result.trajectory.states.enumerated() {
      #expect(state.step == step, sourceLocation: sourceLocation)
      expectClose(
        actual: state.tokens, expected: Tensor(shape: start.values.shape, elements: x), relative: relative,
        absolute: relative, "step \(step)", sourceLocation: sourceLocation)
      update(&x, inBowl ? Bowl().slope(at: x, batch: 3) : block.slope(at: x, batch: 3), step)
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
    "a Nesterov step moves x by -alpha (G + m v) with v <- m v + G; with restarts v of an example that points uphill is 0",
    arguments: [false, true])
  func nesterov(restarts: Bool) {
    var velocity = [Double](repeating: 0, count: start.values.count)
    let count = start.values.count / 3
    var restarted: Set<Int> = []
    check(.nesterov(0.9, restarts: restarts), .constant(0.004), steps: 20, relative: 1e-10, inBowl: true) {
      x, slope, _ in
      for example in 0..<3 {
        let range = example * count..<(example + 1) * count
        let rate = range.reduce(0) { $0 + slope[$1] * velocity[$1] }
        let keepsVelocity = !(restarts && rate < 0)
        if rate < 0 { restarted.insert(example) }
        for index in range {
          velocity[index] = (keepsVelocity ? 0.9 * velocity[index] : 0) + slope[index]
          x[index] -= 0.004 * (slope[index] + 0.9 * velocity[index])
        }
      }
    }
    // The two differ.
    #expect(!restarted.isEmpty)
  }

  @Test(
    "an Anderson step mixes the last estimates with the weights of a least squares problem",
    arguments: [1, 2])
  func anderson(window: Int) {
    let (length, share, count) = (0.3, 0.9, start.values.count / 3)
    let first = start.values.elements
    var (offsets, residuals) = ([[Double]](), [[Double]]())
    check(.anderson(length: length, window: window), .constant(share), steps: 4, relative: 1e-9) {
      x, slope, _ in
      offsets.append(zip(x, first).map { $0 - $1 })
      residuals.append(x.indices.map { first[$0] - length * slope[$0] - x[$0] })
      let last = offsets.count - 1
      // Newest change first; there are as many as there were steps, up to the window.
      let (dx, dr) = (
        (0..<min(window, last)).map { back in
          zip(offsets[last - back], offsets[last - back - 1]).map { $0 - $1 }
        },
        (0..<min(window, last)).map { back in
          zip(residuals[last - back], residuals[last - back - 1]).map { $0 - $1 }
        }
      )
      for example in 0..<3 {
        let range = example * count..<(example + 1) * count
        func product(_ a: [Double], _ b: [Double]) -> Double { range.reduce(0) { $0 + a[$1] * b[$1] } }
        let r = residuals[last]
        // Cramer's rule on the normal equations, regularised.
        let slack = 1e-8 * (dr.map { product($0, $0) }.max() ?? 0)
        var weights: [Double] = []
        if dr.count == 1 { weights = [product(dr[0], r) / (product(dr[0], dr[0]) + slack)] }
        if dr.count == 2 {
          let (a, c) = (product(dr[0], dr[0]) + slack, product(dr[1], dr[1]) + slack)
          let (b, d, e) = (product(dr[0], dr[1]), product(dr[0], r), product(dr[1], r))
          weights = [(d * c - b * e) / (a * c - b * b), (a * e - b * d) / (a * c - b * b)]
        }
        for index in range {
          x[index] += share * r[index]
          for (change, weight) in weights.enumerated() {
            x[index] -= weight * (dx[change][index] + share * dr[change][index])
          }
        }
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
    check(.fixedPoint(length: 0.4), .constant(share)) { x, slope, _ in
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

  @Test(
    "at a step size of 0 no rule moves the tokens, whatever it keeps; other examples move on",
    arguments: [
      .gradient, .momentum(0.7), .nesterov(0.9), .extrapolated(), .fixedPoint(length: 0.3),
      .anderson(length: 0.3, window: 2), .noisy(standardDeviation: 0.1, random: RandomStream(seed: 3)),
    ] as [any UpdateRule])
  func stepOfNothing(rule: any UpdateRule) {
    // The second example stops after two steps, the others never.
    var state: UpdateState<Double> = rule.initialState()
    var x = start.values
    let count = x.count / 3
    for step in 0..<5 {
      let slope = Tensor<Double>(shape: x.shape, elements: block.slope(at: x.elements, batch: 3))
      let sizes = Tensor<Double>(shape: [3, 1, 1], elements: [0.2, step < 2 ? 0.2 : 0, 0.4])
      let moved = rule.displacement(gradient: slope, stepSize: sizes, state: &state)
      for example in 0..<3 {
        let moves = moved.elements[example * count..<(example + 1) * count]
        #expect(moves.allSatisfy { $0 == 0 } == (example == 1 && step >= 2), "\(rule), step \(step)")
      }
      x = x + moved
    }
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
    await #expect(processExitsWith: .failure) { _ = NesterovUpdate(momentum: -0.1) }
    await #expect(processExitsWith: .failure) { _ = AndersonUpdate(length: 1, window: 0) }
    await #expect(processExitsWith: .failure) { _ = AndersonUpdate(length: 0, window: 1) }
    await #expect(processExitsWith: .failure) { _ = ExtrapolatedUpdate(extrapolation: -0.1) }
    await #expect(processExitsWith: .failure) { _ = ExtrapolatedUpdate(extrapolation: .infinity) }
    await #expect(processExitsWith: .failure) { _ = FixedPointUpdate(length: 0) }
    await #expect(processExitsWith: .failure) { _ = Backtracking(growth: 0.9) }
    await #expect(processExitsWith: .failure) { _ = BacktrackingStepSize(from: 0) }
    await #expect(processExitsWith: .failure) { _ = BarzilaiBorweinStepSize(from: 0) }
    await #expect(processExitsWith: .failure) { _ = Backtracking(factor: 1) }
  }
}
