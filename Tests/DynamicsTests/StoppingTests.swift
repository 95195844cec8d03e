import Dynamics
import Energies
import Foundations
import Tensors
import TestSupport
import Testing

/// Every reason to stop, reached.
struct StoppingTests {
  private let block = SmallBlock()
  private let start = Tokens(SmallBlock.tokens(batch: 2).values * 0.3)

  private func run(
    _ stop: StoppingRule
  ) -> (result: DescentResult<Double>, energyChanges: [Double], tokenChanges: [Double]) {
    // In a bowl tokens come to rest. Normalised tokens do not: they drift where the norm does not see it.
    let result = Bowl().descent(stepSize: .constant(0.02), stop: stop)
      .run(from: start, recording: [.energies, .states(every: 1)])
    let energies = result.trajectory.energies.map(\.totals)
    let states = result.trajectory.states.map(\.tokens.elements)
    func changes(_ states: [[Double]]) -> [Double] {
      zip(states, states.dropFirst()).map { a, b in zip(a, b).map { abs($0 - $1) }.max() ?? 0 }
    }
    return (result, changes(energies), changes(states))
  }

  @Test("after a number of steps, also none", arguments: [0, 1, 6])
  func steps(count: Int) {
    let (result, changes, _) = run(.after(steps: count))
    #expect(result.stopReason == .steps(count))
    #expect(result.steps == count && changes.count == count)
    if count == 0 { #expect(result.tokens.values.elements == start.values.elements) }
  }

  @Test("when no example's energy changes by the bound any more")
  func energyChange() throws {
    let (result, changes, _) = run(.any([.after(steps: 5000), .energyChange(below: 1e-4)]))
    guard case .energyChange(let change) = result.stopReason else {
      Issue.record("stopped because \(result.stopReason)")
      return
    }
    let last = try #require(changes.last)
    #expect(change < 1e-4 && abs(change - last) < 1e-12)
    #expect(result.steps > 3 && changes.count == result.steps)
    #expect(changes.dropLast().allSatisfy { $0 >= 1e-4 })
  }

  @Test("when no number of a token moves by the bound any more")
  func tokenChange() throws {
    let (result, _, changes) = run(.any([.tokenChange(below: 1e-2), .after(steps: 5000)]))
    #expect(result.stopReason == .tokenChange(try #require(changes.last)))
    #expect(result.steps > 3 && changes.dropLast().allSatisfy { $0 >= 1e-2 })
    #expect(try #require(changes.last) < 1e-2)
  }

  @Test("when all of several rules hold, with every reason")
  func all() throws {
    let (result, energies, tokens) = run(
      .any([
        .after(steps: 5000),
        .all([.tokenChange(below: 1e-2), .energyChange(below: 1e-2), .after(steps: 3)]),
      ]))
    guard case .all(let reasons) = result.stopReason else {
      Issue.record("stopped because \(result.stopReason)")
      return
    }
    #expect(reasons.count == 3 && reasons[2] == .steps(3))
    let holds = zip(energies, tokens).map { $0 < 1e-2 && $1 < 1e-2 }
    let first = try #require(holds.indices.first { holds[$0] && $0 + 1 >= 3 })
    #expect(result.steps == first + 1)
  }

  @Test("a rule that may never hold is refused; a count beside it is enough")
  func unbounded() async {
    await #expect(processExitsWith: .failure) {
      _ = SmallBlock().descent(stop: .energyChange(below: 1e-3))
    }
    await #expect(processExitsWith: .failure) {
      _ = SmallBlock().descent(stop: .all([.after(steps: 3), .tokenChange(below: 1e-3)]))
    }
    await #expect(processExitsWith: .failure) { _ = SmallBlock().descent(stop: .any([])) }
    #expect(StoppingRule.any([.energyChange(below: 1), .after(steps: 9)]).isBounded)
    #expect(StoppingRule.all([.after(steps: 2), .after(steps: 9)]).isBounded)
    #expect(!StoppingRule.all([]).isBounded)
  }

  @Test("a batch stops by a tolerance only when every example is within it")
  func wholeBatch() {
    // The first example is at rest from the start: all its tokens are constant rows of a norm without offset.
    let norm = LayerNormLagrangian<Double>(dimension: SmallBlock.dimension)
    var elements = start.values.elements
    for index in 0..<elements.count / 2 { elements[index] = 1 }
    let descent = EnergyDescent(
      of: block.energy, lagrangian: norm, stepSize: .constant(0.3),
      stop: .any([.after(steps: 500), .tokenChange(below: 1e-2)]))
    let both = descent.run(from: Tokens(Tensor(shape: start.values.shape, elements: elements)))
    let resting = descent.run(from: Tokens(Tensor(repeating: 1, shape: [1, 5, 7])))
    #expect(resting.steps == 1)
    #expect(both.steps > 3)
  }
}

/// A descent that leaves the finite numbers.
struct NonFiniteTests {
  // x <- x - (0.001 - 4 x³): from 1 by 5, 505, 5e8 and 5e26 to 7e80, where x⁴ is infinite.
  private let energy =
    PowerEnergy(weight: 0.001, power: 1).named("tame") + PowerEnergy(weight: -1, power: 4).named("runaway")

  private func descent(_ stop: StoppingRule) -> EnergyDescent<EnergySum<Double>, PlainLagrangian> {
    EnergyDescent(of: energy, lagrangian: PlainLagrangian(), stepSize: .constant(1), stop: stop)
  }

  private let tokens = Tokens(Tensor<Double>(repeating: 1, shape: [1, 2, 3]))

  @Test("stops with the step and the part, and keeps the last tokens whose energy is finite")
  func part() {
    let result = descent(.any([.after(steps: 50)]))
      .run(from: tokens, recording: [.energies, .states(every: 1), .quantity(name: "one") { _, _ in [1] }])
    #expect(result.stopReason == .nonFinite(step: 5, part: "runaway"))
    #expect(!result.stopReason.isFinite)
    #expect(result.steps == 4)
    #expect(result.tokens.values.isFinite && result.activations.values.isFinite)
    #expect(result.trajectory.energies.count == 5)
    #expect(result.trajectory.energies.allSatisfy { $0.total.isFinite })
    #expect(result.trajectory.states.map(\.step) == [0, 1, 2, 3, 4])
    #expect(result.trajectory.quantities["one"]?.count == 5)
    #expect(result.tokens.values.elements == result.trajectory.states.last?.tokens.elements)
  }

  @Test("is noticed at the last step as well when the energy is recorded")
  func lastStep() {
    let result = descent(.after(steps: 5)).run(from: tokens, recording: [.energies])
    #expect(result.stopReason == .nonFinite(step: 5, part: "runaway"))
    #expect(result.trajectory.energies.count == 5)
  }

  @Test("names the part whose gradient is not finite although its energy is")
  func gradientPart() {
    // At 0 the derivative of a power of 1/2 is infinite.
    let sum =
      PowerEnergy(weight: 1, power: 2).named("tame") + PowerEnergy(weight: 1, power: 0.5).named("root")
    let descent = EnergyDescent(
      of: sum, lagrangian: PlainLagrangian(), stepSize: .constant(0.1), stop: .after(steps: 4))
    let result = descent.run(from: Tokens(Tensor<Double>.zeros([2, 2, 3])))
    #expect(result.stopReason == .nonFinite(step: 1, part: "root"))
    #expect(result.steps == 0 && result.tokens.values.elements == [Double](repeating: 0, count: 12))
  }

  @Test("one example of a batch stops the whole batch, also when it is cut in pieces")
  func pieces() {
    var elements = [Double](repeating: 1e-3, count: 16 * 6)
    for index in 10 * 6..<11 * 6 { elements[index] = 1 }
    let start = Tokens(Tensor(shape: [16, 2, 3], elements: elements))
    let cut = descent(.after(steps: 50)).run(from: start, recording: [.states(every: 1)])
    let whole = descent(.any([.after(steps: 50)])).run(from: start, recording: [.states(every: 1)])
    #expect(cut.stopReason == .nonFinite(step: 5, part: "runaway"))
    #expect(cut.stopReason == whole.stopReason && cut.steps == 4)
    #expect(cut.tokens.values.elements == whole.tokens.values.elements)
  }

  @Test("tokens that are not finite at the start are not descended")
  func start() {
    let result = descent(.after(steps: 5)).run(
      from: Tokens(Tensor<Double>(repeating: .nan, shape: [1, 2, 3])))
    #expect(result.stopReason == .nonFinite(step: 0, part: "tokens"))
    #expect(result.steps == 0)
  }

  @Test("gradients flow through the steps that were finite, whatever the path")
  func gradients() {
    let found: [Tensor<Double>] = [GradientPath.unrolled, .recomputed].map { path in
      gradient(at: tokens.values) { x in
        let descent = EnergyDescent(
          of: energy, lagrangian: PlainLagrangian(), stepSize: .constant(1), stop: .after(steps: 50),
          gradientPath: path)
        return (descent.run(from: Tokens(x)).tokens.values * 1e-72).sum()
      }
    }
    expectClose(actual: found[1], expected: found[0], relative: 1e-10)
    #expect(found[0].elements.allSatisfy { $0 != 0 })
  }
}
