import Dynamics
import Energies
import Foundations
import Tensors
import TestSupport
import Testing

struct RecordingTests {
  private let block = SmallBlock()
  private let recording: [Recording<Double>] = [
    .energies, .states(every: 3),
    .quantity(name: "largest") { tokens, activations in
      (0..<tokens.values.shape[0]).map { example in
        let x = tokens.values.sliced(axis: 0, example..<example + 1).elements
        let g = activations.values.sliced(axis: 0, example..<example + 1).elements
        return zip(x, g).map { $0 * $1 }.max() ?? 0
      }
    },
  ]

  @Test(
    "energies and quantities are kept before each step and after the last, states every n-th and the last")
  func recorded() throws {
    let result = block.descent(stop: .after(steps: 7)).run(
      from: SmallBlock.tokens(batch: 3), recording: recording)
    #expect(result.trajectory.energies.count == 8)
    #expect(result.trajectory.energies[0].parts.map(\.name) == ["attention", "memory"])
    #expect(result.trajectory.energies[0].total.shape == [3])
    #expect(result.trajectory.states.map(\.step) == [0, 3, 6, 7])
    let quantity = try #require(result.trajectory.quantities["largest"])
    #expect(quantity.count == 8 && quantity.allSatisfy { $0.count == 3 })
    #expect(result.trajectory.states[0].tokens.elements == SmallBlock.tokens(batch: 3).values.elements)
    #expect(result.trajectory.states.last?.tokens.elements == result.tokens.values.elements)
    let last = block.norm.activations(at: result.tokens)
    expectClose(actual: result.activations.values, expected: last.values, relative: 1e-13, absolute: 1e-13)
    let energies = block.energy.energyByPart(at: last)
    for part in ["attention", "memory"] {
      expectClose(
        actual: try #require(result.trajectory.energies[7][part]), expected: try #require(energies[part]),
        relative: 1e-12)
    }
  }

  @Test("a last step that is itself an n-th is kept once; steps beyond the descent keep first and last")
  func everyState() {
    func steps(_ count: Int, every: Int) -> [Int] {
      block.descent(stop: .after(steps: count))
        .run(from: SmallBlock.tokens(batch: 2), recording: [.states(every: every)]).trajectory.states.map(
          \.step)
    }
    #expect(steps(6, every: 3) == [0, 3, 6])
    #expect(steps(4, every: 1) == [0, 1, 2, 3, 4])
    #expect(steps(4, every: 9) == [0, 4])
    #expect(steps(0, every: 2) == [0])
  }

  @Test("nothing is kept unless asked for")
  func nothing() {
    let trajectory = block.descent(stop: .after(steps: 3)).run(from: SmallBlock.tokens(batch: 5)).trajectory
    #expect(trajectory.energies.isEmpty && trajectory.states.isEmpty && trajectory.quantities.isEmpty)
  }

  @Test(
    "a batch cut in pieces, a whole batch and single examples record the same",
    arguments: [nil, TokenMask(lengths: (0..<16).map { 1 + $0 % 5 }, tokenCount: 5)])
  func pieces(mask: TokenMask?) throws {
    let tokens = SmallBlock.tokens(batch: 16, mask: mask)
    let cut = block.descent(stop: .after(steps: 7)).run(from: tokens, recording: recording)
    let whole = block.descent(stop: .any([.after(steps: 7)])).run(from: tokens, recording: recording)
    try expectSame(cut, whole, examples: 0..<16)
    for example in 0..<16 {
      let range = example..<example + 1
      let alone = block.descent(stop: .after(steps: 7)).run(
        from: Tokens(tokens.values.sliced(axis: 0, range), mask: mask?.examples(range)), recording: recording)
      try expectSame(alone, whole, examples: range)
    }
  }

  /// `result` is what `whole` has for some of its examples: tokens bit for bit, since double products give a row the
  /// same bits in any batch; energies but for the order of their sums.
  private func expectSame(
    _ result: DescentResult<Double>, _ whole: DescentResult<Double>, examples: Range<Int>
  ) throws {
    #expect(result.tokens.values.elements == whole.tokens.values.sliced(axis: 0, examples).elements)
    #expect(result.trajectory.energies.count == whole.trajectory.energies.count)
    for (a, b) in zip(result.trajectory.energies, whole.trajectory.energies) {
      #expect(a.parts.map(\.name) == b.parts.map(\.name))
      for (part, other) in zip(a.parts, b.parts) {
        expectClose(
          actual: part.energy, expected: other.energy.sliced(axis: 0, examples), relative: 1e-13,
          absolute: 1e-13)
      }
    }
    #expect(result.trajectory.states.map(\.step) == whole.trajectory.states.map(\.step))
    for (a, b) in zip(result.trajectory.states, whole.trajectory.states) {
      #expect(a.tokens.elements == b.tokens.sliced(axis: 0, examples).elements)
    }
    let quantities = try #require(result.trajectory.quantities["largest"])
    let others = try #require(whole.trajectory.quantities["largest"])
    #expect(quantities == others.map { Array($0[examples]) })
  }

  @Test("a series has the energy of each example at every step, of a part or of all")
  func series() async {
    let trajectory = block.descent(stop: .after(steps: 4)).run(
      from: SmallBlock.tokens(batch: 3), recording: [.energies]
    ).trajectory
    #expect(trajectory.series.map(\.name) == ["attention", "memory", "total"])
    for series in trajectory.series {
      let expected = trajectory.energies.map { ($0[series.name] ?? $0.total).elements }
      #expect(series.byStep == expected && series.values.elements == expected.flatMap { $0 })
      #expect(series.values.shape == [5, 3])
      for (mean, energies) in zip(series.means, expected) {
        #expect(abs(mean - (energies[0] + energies[1] + energies[2]) / 3) < 1e-13)
      }
    }
    #expect(trajectory.series(of: "memory").byStep == trajectory.series[1].byStep)
    #expect(trajectory.series(of: .total).byStep == trajectory.series[2].byStep)
    await #expect(processExitsWith: .failure) {
      let descent = SmallBlock().descent(stop: .after(steps: 1))
      _ = descent.run(from: SmallBlock.tokens(batch: 2)).trajectory.series(of: .total)
    }
    await #expect(processExitsWith: .failure) {
      let descent = SmallBlock().descent(stop: .after(steps: 1))
      _ = descent.run(from: SmallBlock.tokens(batch: 2), recording: [.energies]).trajectory.series(of: "none")
    }
  }

  @Test("whether the energy fell is told for each example; at rest and within a tolerance it need not")
  func fell() {
    // E = sum g² / 2 of plain tokens: steps of 1/2 halve them, steps of 3 double them; tokens at 0 are at rest.
    func trajectory(_ stepSize: any StepSizeRule) -> Trajectory<Double> {
      let start = Tensor<Double>(shape: [3, 2, 2], elements: [1, 2, 3, 4, 0, 0, 0, 0, -1, -2, -3, -4])
      return EnergyDescent(
        of: PowerEnergy(weight: 0.5, power: 2), lagrangian: PlainLagrangian(), stepSize: stepSize,
        stop: .after(steps: 3)
      ).run(from: Tokens(start), recording: [.energies]).trajectory
    }
    #expect(trajectory(.constant(0.5)).fellAtEveryStep() == [true, false, true])
    #expect(trajectory(.constant(0.5)).fellAtEveryStep(tolerance: 1e-14) == [true, true, true])
    #expect(trajectory(.schedule([0.5, 3, 0.5])).fellAtEveryStep() == [false, false, false])
    // A step of 3 makes the energy four times as large: a rise by 3 times itself.
    #expect(trajectory(.schedule([0.5, 3, 0.5])).fellAtEveryStep(tolerance: 2.9) == [false, true, false])
    #expect(trajectory(.schedule([0.5, 3, 0.5])).fellAtEveryStep(tolerance: 3.1) == [true, true, true])
    #expect(trajectory(.constant(0)).series(of: "PowerEnergy").fellAtEveryStep() == [false, false, false])
  }

  @Test("stepping by hand is the same descent", arguments: [0.0, 0.8])
  func byHand(momentum: Double) {
    for stepSize in [ConstantStepSize(0.2) as any StepSizeRule, BacktrackingStepSize(from: 40)] {
      let descent = block.descent(
        updateRule: .momentum(momentum), stepSize: stepSize, stop: .any([.after(steps: 6)]))
      let result = descent.run(from: SmallBlock.tokens(batch: 3))
      var state = descent.start(from: SmallBlock.tokens(batch: 3))
      #expect(state.steps == 0 && state.stepSize == nil)
      for _ in 0..<6 { descent.step(&state) }
      #expect(state.steps == 6)
      #expect(state.tokens.values.elements == result.tokens.values.elements)
    }
  }

  @Test(
    "energies of blocks are those of their trajectories, part by part, over all batches, and so is whether they fell"
  )
  func ofBlocks() throws {
    func results(batch: Int, seed: UInt64, stepSize: Double) -> [DescentResult<Double>] {
      let descent = block.descent(stepSize: .constant(stepSize), stop: .after(steps: 3))
      let first = descent.run(from: SmallBlock.tokens(batch: batch, seed: seed), recording: [.energies])
      return [first, descent.run(from: first.tokens, recording: [.energies])]
    }
    // The second batch takes steps too short to change a number, so that no energy falls.
    let batches = [
      results(batch: 2, seed: 7, stepSize: 0.1), results(batch: 3, seed: 8, stepSize: 1e-30),
    ]
    var energies = BlockEnergies()
    for results in batches { energies.add(results, dividedBy: 4) }
    #expect(energies.blockCount == 2)
    #expect(
      energies.parts.map(\.name) == [
        "block 1 attention", "block 1 memory", "block 1 total", "block 2 attention", "block 2 memory",
        "block 2 total",
      ])
    for (index, part) in energies.parts.enumerated() {
      for step in 0...3 {
        let expected = batches.flatMap { results in
          let moment = results[index / 3].trajectory.energies[step]
          return (index % 3 == 2 ? moment.total : moment.parts[index % 3].energy).elements.map { $0 / 4 }
        }
        #expect(part.values[step] == expected)
      }
    }
    let fell = (0..<5).map { example in
      [2, 5].allSatisfy { part in
        (0..<3).allSatisfy {
          energies.parts[part].values[$0 + 1][example] < energies.parts[part].values[$0][example]
        }
      }
    }
    #expect(energies.fell == fell && fell == [true, true, false, false, false])
    #expect(energies.shareFell == Double(fell.count { $0 }) / 5)
    // A single block needs no number.
    var single = BlockEnergies()
    single.add([batches[0][0]])
    #expect(single.parts.map(\.name) == ["attention", "memory", "total"] && single.fell.count == 2)
  }
}
