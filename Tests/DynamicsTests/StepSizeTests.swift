import Dynamics
import Energies
import EnergyTesting
import Tensors
import TestSupport
import Testing

/// Step sizes that follow from the descent, against loops over plain arrays and closed forms.
struct StepSizeTests {
  private let block = SmallBlock()
  private let start = SmallBlock.tokens(batch: 3)

  /// E = h sum g² / 2 of plain tokens.
  private func quadratic(
    _ h: Double, _ stepSize: any StepSizeRule, updateRule: any UpdateRule = .gradient, steps: Int = 3
  ) -> EnergyDescent<PowerEnergy, PlainLagrangian> {
    EnergyDescent(
      of: PowerEnergy(weight: h / 2, power: 2), lagrangian: PlainLagrangian(), updateRule: updateRule,
      stepSize: stepSize, stop: .after(steps: steps))
  }

  private func sizes<Function, Norm>(_ descent: EnergyDescent<Function, Norm>, steps: Int) -> [[Double]]
  where Norm.Scalar == Double {
    var state = descent.start(from: start)
    return (0..<steps).map { _ in
      descent.step(&state)
      return state.stepSize?.elements ?? []
    }
  }

  @Test(
    "the sizes of Barzilai and Borwein are ⟨s, s⟩ / |⟨s, y⟩| and |⟨s, y⟩| / ⟨y, y⟩ of each example, within bounds"
  )
  func sizesOfABlock() {
    let (count, first) = (start.values.count / 3, 0.3)
    for length in [BarzilaiBorweinStepSize.Length.long, .short] {
      let descent = block.descent(
        stepSize: .barzilaiBorwein(from: first, length), stop: .any([.after(steps: 6)]))
      let states = descent.run(from: start, recording: [.states(every: 1)]).trajectory.states
      #expect(states.count == 7)
      var x = start.values.elements
      var last: (x: [Double], slope: [Double])?
      var differing = false
      for state in states {
        expectClose(
          actual: state.tokens, expected: Tensor(shape: start.values.shape, elements: x), relative: 1e-9,
          absolute: 1e-9, "step \(state.step)")
        let slope = block.slope(at: x, batch: 3)
        var alphas = [first, first, first]
        if let last {
          for example in 0..<3 {
            let range = example * count..<(example + 1) * count
            func product(_ a: (Int) -> Double, _ b: (Int) -> Double) -> Double {
              range.reduce(0) { $0 + a($1) * b($1) }
            }
            let s = { x[$0] - last.x[$0] }
            let y = { slope[$0] - last.slope[$0] }
            let size =
              length == .long
              ? product(s, s) / abs(product(s, y)) : abs(product(s, y)) / product(y, y)
            alphas[example] = min(max(size, first / 10), first * 100)
          }
          differing = differing || Set(alphas).count > 1
        }
        last = (x, slope)
        for index in x.indices { x[index] -= alphas[index / count] * slope[index] }
      }
      #expect(differing)
    }
  }

  @Test(
    "of a quadratic both are 1 / h from the second step on, which lands in its minimum, unless that is out of bounds"
  )
  func sizesOfAQuadratic() {
    for length in [BarzilaiBorweinStepSize.Length.long, .short] {
      let found = sizes(quadratic(4, .barzilaiBorwein(from: 0.1, length)), steps: 2)
      #expect(found[0] == [0.1, 0.1, 0.1])
      for size in found[1] { #expect(abs(size - 0.25) < 1e-12) }
      let end = quadratic(4, .barzilaiBorwein(from: 0.1, length), steps: 2).run(from: start).tokens.values
      #expect(end.elements.allSatisfy { abs($0) < 1e-12 })
      // 1 / h is 0.25 and must lie in 3 ... 3000, and in 0.0002 ... 0.2.
      for (first, bound) in [(30.0, 3.0), (0.002, 0.2)] {
        for size in sizes(quadratic(4, .barzilaiBorwein(from: first, length)), steps: 2)[1] {
          #expect(abs(size - bound) < 1e-12)
        }
      }
    }
    // In the minimum nothing follows from the last step: the first size again.
    #expect(sizes(quadratic(1, .barzilaiBorwein(from: 1)), steps: 3) == [[1, 1, 1], [1, 1, 1], [1, 1, 1]])
  }

  @Test("the last step is what was added to the tokens, also by a rule with momentum")
  func momentum() {
    // h = 1, m = 1/2, a = 1/2: v = x, x / 2; then s = -x / 2 = y, of size 1; v = x, -x / 2.
    let end = quadratic(
      1, .barzilaiBorwein(from: 0.5), updateRule: .momentum(0.5), steps: 2
    ).run(from: start).tokens.values
    expectClose(actual: end, expected: start.values * -0.5, relative: 1e-12)
  }

  @Test("shortened where the energy would rise, it never does, and tries are the sizes of the other rule")
  func safeguarded() throws {
    for length in [BarzilaiBorweinStepSize.Length.long, .short] {
      let stepSize: any StepSizeRule = .backtracking(from: .barzilaiBorwein(from: 0.5, length))
      let descents = [Bowl().descent(stepSize: stepSize, stop: .after(steps: 12))]
      for descent in descents {
        let energies = descent.run(from: start, recording: [.energies]).trajectory.series(of: .total).byStep
        for (before, after) in zip(energies, energies.dropFirst()) {
          for example in 0..<3 { #expect(after[example] <= before[example]) }
        }
        for example in 0..<3 { #expect(energies[12][example] < energies[0][example]) }
      }
    }
    // Where nothing rises the sizes are those of the rule itself, and each step costs one gradient.
    let plain = quadratic(2, .barzilaiBorwein(from: 0.1))
    let safe = quadratic(2, .backtracking(from: .barzilaiBorwein(from: 0.1)))
    #expect(sizes(plain, steps: 2) == sizes(safe, steps: 2))
    var state = safe.start(from: start)
    for _ in 0..<2 { safe.step(&state) }
    #expect(state.gradientCount == 3)
  }

  /// Polyak's size for a minimum of 0, (E - 0) / |dE/dg|²: a rule of one's own that tries nothing.
  struct Polyak: StepSizeRule {
    func size<Scalar>(of step: PendingStep<Scalar>) -> Tensor<Scalar> {
      let squares = step.gradient.squared().sum(axes: [1, 2]).elements
      return Tensor(shape: [step.batch, 1, 1], elements: zip(step.energies, squares).map { $0 / $1 })
    }
  }

  @Test("a rule of one's own sees energies and gradients: Polyak's size halves a quadratic at every step")
  func ownRule() {
    let end = quadratic(3, Polyak(), steps: 5).run(from: start).tokens.values
    expectClose(actual: end, expected: start.values / 32, relative: 1e-12)
  }

  @Test("searched sizes of an example depend on no other, on no padding and on no number of threads")
  func laws() {
    let report = DescentLaws.check(
      block.descent(
        stepSize: .backtracking(from: .barzilaiBorwein(from: 0.1)), stop: .after(steps: 3),
        gradientPath: .unrolled), from: start)
    // Sizes count as constants for differentiation: differences, which vary them, find other derivatives.
    #expect(report.violations.allSatisfy { $0.law == .gradientPaths }, "\(report)")
  }

  /// Tries two sizes and takes the one that is asked for.
  struct Trying: StepSizeRule {
    let tried: [Double]
    let taken: Double

    func size<Scalar>(of step: PendingStep<Scalar>) -> Tensor<Scalar> {
      func tensor(_ size: Double) -> Tensor<Scalar> { Tensor(repeating: Scalar(size), shape: [1, 1, 1]) }
      for size in tried { _ = step.energies(after: tensor(size)) }
      return tensor(taken)
    }
  }

  @Test("tries cost a gradient each and change nothing; the last one is the next step's if it is taken")
  func tries() {
    let noise = NoisyUpdate(standardDeviation: 0.1, random: RandomStream(seed: 4))
    func run(_ stepSize: any StepSizeRule) -> DescentState<Double> {
      let descent = block.descent(updateRule: noise, stepSize: stepSize, stop: .after(steps: 3))
      var state = descent.start(from: start)
      for _ in 0..<3 { descent.step(&state) }
      return state
    }
    let plain = run(.constant(0.2))
    #expect(plain.gradientCount == 3)
    for (rule, gradients) in [
      (Trying(tried: [0.5, 0.2], taken: 0.2), 7), (Trying(tried: [0.2, 0.5], taken: 0.2), 9),
    ] {
      let found = run(rule)
      #expect(found.tokens.values.elements == plain.tokens.values.elements)
      #expect(found.gradientCount == gradients)
    }
  }

  @Test("a size that is neither for all examples nor for each is refused")
  func shape() async {
    struct Wrong: StepSizeRule {
      func size<Scalar>(of step: PendingStep<Scalar>) -> Tensor<Scalar> { .ones([2]) }
    }
    await #expect(processExitsWith: .failure) {
      _ = SmallBlock().descent(stepSize: Wrong(), stop: .after(steps: 1)).run(
        from: SmallBlock.tokens(batch: 2))
    }
  }
}
