import Dynamics
import Energies
import Foundations
import Tensors
import TestSupport
import Testing

struct BacktrackingTests {
  @Test(
    "the energy of no example ever rises, however large the first try",
    arguments: [1.0, 1e3, 1e8], [0.0, 0.9])
  func neverRises(initial: Double, momentum: Double) {
    let rule: any UpdateRule = momentum > 0 ? .momentum(momentum) : .gradient
    let stepSize = BacktrackingStepSize(from: initial, Backtracking(attempts: 60))
    let start = SmallBlock.tokens(batch: 3)
    for trajectory in [
      Bowl().descent(updateRule: rule, stepSize: stepSize, stop: .after(steps: 25))
        .run(from: start, recording: [.energies]).trajectory,
      SmallBlock(gamma: 4).descent(updateRule: rule, stepSize: stepSize, stop: .after(steps: 25))
        .run(from: start, recording: [.energies]).trajectory,
    ] {
      let energies = trajectory.energies.map(\.totals)
      #expect(energies.count == 26)
      for (before, after) in zip(energies, energies.dropFirst()) {
        for example in 0..<3 { #expect(after[example] <= before[example]) }
      }
      for example in 0..<3 { #expect(energies[25][example] < energies[0][example]) }
    }
  }

  @Test("without backtracking the same step sizes raise the energy")
  func plainStepsRise() {
    let energies = Bowl().descent(stepSize: .constant(1), stop: .after(steps: 2))
      .run(from: SmallBlock.tokens(batch: 3), recording: [.energies]).trajectory.energies.map(\.totals)
    for example in 0..<3 { #expect(energies[1][example] > energies[0][example]) }
  }

  @Test("what an example does depends on no other example, bit for bit", arguments: [0.0, 0.9])
  func independence(momentum: Double) {
    let descent = Bowl().descent(
      updateRule: .momentum(momentum), stepSize: .backtracking(from: 50),
      stop: .any([.after(steps: 12)]))  // not a bare count: the batch stays whole
    let first = SmallBlock.tokens(batch: 3)
    var elements = first.values.elements
    for index in 0..<elements.count / 3 { elements[index] = elements[index] * 3 + 1 }
    let second = Tokens(Tensor(shape: first.values.shape, elements: elements))
    let states = [first, second].map {
      descent.run(from: $0, recording: [.states(every: 1)]).trajectory.states
    }
    for (a, b) in zip(states[0], states[1]) {
      #expect(a.tokens.sliced(axis: 0, 1..<3).elements == b.tokens.sliced(axis: 0, 1..<3).elements)
      #expect(a.tokens.sliced(axis: 0, 0..<1).elements != b.tokens.sliced(axis: 0, 0..<1).elements)
    }
  }

  @Test("an example that rises at every try stays where it is")
  func stays() {
    // With a negative gain every small step climbs.
    let descent = SmallBlock(gamma: -1).descent(
      stepSize: .backtracking(from: 1e-3, Backtracking(attempts: 3)), stop: .any([.after(steps: 3)]))
    let start = SmallBlock.tokens(batch: 2)
    #expect(descent.run(from: start).tokens.values.elements == start.values.elements)
    var state = descent.start(from: start)
    descent.step(&state)
    #expect(state.stepSize?.elements == [0, 0])
  }

  @Test("alpha is shortened as often as attempts says, and no further")
  func attempts() throws {
    func size(_ attempts: Int) throws -> Double {
      let descent = Bowl().descent(
        stepSize: .backtracking(from: 1e4, Backtracking(factor: 0.5, attempts: attempts)),
        stop: .after(steps: 1))
      var state = descent.start(from: SmallBlock.tokens(batch: 1))
      descent.step(&state)
      return try #require(state.stepSize?.elements.first)
    }
    let found = try size(60)
    var shortened = 0
    while found < 1e4 / Double(1 << shortened) { shortened += 1 }
    #expect(shortened > 1 && found == 1e4 / Double(1 << shortened))
    #expect(try size(shortened) == found)
    #expect(try size(shortened - 1) == 0)
  }
}
