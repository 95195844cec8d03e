import Dynamics
import Energies
import Tensors
import TestSupport
import Testing

/// What theory says about a descent: papers on the Energy Transformer, equations 6 and 7.
struct DescentLawTests {
  @Test("to first order the energy falls at the rate of the gradient through the Hessian of the norm")
  func rate() {
    let block = SmallBlock()
    let start = SmallBlock.tokens(batch: 3)
    let rates = ratesOfDecrease(block, start)
    var errors: [[Double]] = []
    for alpha in [1e-3, 1e-4] {
      let energies = block.descent(stepSize: .constant(alpha), stop: .after(steps: 1))
        .run(from: start, recording: [.energies]).trajectory.energies.map(\.totals)
      errors.append((0..<3).map { abs((energies[0][$0] - energies[1][$0]) / alpha - rates[$0]) })
    }
    for example in 0..<3 {
      #expect(rates[example] > 0.1)
      #expect(errors[1][example] < 1e-2 * rates[example])
      // The error is of order alpha.
      #expect(abs(errors[0][example] / errors[1][example] - 10) < 0.5)
    }
  }

  /// (dE/dg)ᵀ M (dE/dg) with M = gamma/s (1 - 11ᵀ/D - z zᵀ/D) for each token.
  private func ratesOfDecrease(_ block: SmallBlock, _ start: Tokens<Double>) -> [Double] {
    let (batch, count, size) = (start.values.shape[0], SmallBlock.tokenCount, SmallBlock.dimension)
    let x = start.values.elements
    let slope = block.slope(at: x, batch: batch)
    var rates = [Double](repeating: 0, count: batch)
    for token in 0..<batch * count {
      let row = token * size..<(token + 1) * size
      let mean = x[row].reduce(0, +) / Double(size)
      let variance = x[row].map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(size)
      let deviation = (variance + 1e-5).squareRoot()
      let squares = slope[row].map { $0 * $0 }.reduce(0, +)
      let sum = slope[row].reduce(0, +)
      let overlap = row.map { slope[$0] * (x[$0] - mean) / deviation }.reduce(0, +)
      rates[token / count] +=
        block.norm.gamma.scalar / deviation * (squares - (sum * sum + overlap * overlap) / Double(size))
    }
    return rates
  }

  @Test(
    "with small steps the energy falls at each of 50 steps, for random weights", arguments: [40, 41, 42, 43])
  func monotone(seed: UInt64) {
    let energies = SmallBlock(seed: seed).descent(stepSize: .constant(0.01), stop: .after(steps: 50))
      .run(from: SmallBlock.tokens(batch: 3, seed: seed), recording: [.energies]).trajectory.energies
    #expect(energies.count == 51)
    for (before, after) in zip(energies, energies.dropFirst()) {
      for example in 0..<3 { #expect(after.totals[example] < before.totals[example]) }
    }
  }

  @Test("with a negative gain the energy climbs")
  func negativeGain() {
    let energies = SmallBlock(gamma: -1.3).descent(stepSize: .constant(0.01), stop: .after(steps: 20))
      .run(from: SmallBlock.tokens(batch: 3), recording: [.energies]).trajectory.energies
    for (before, after) in zip(energies, energies.dropFirst()) {
      for example in 0..<3 { #expect(after.totals[example] > before.totals[example]) }
    }
  }

  @Test("padding never moves and nothing depends on what it holds")
  func padding() {
    let mask = TokenMask(lengths: [3, 5, 1], tokenCount: 5)
    let tokens = SmallBlock.tokens(batch: 3, mask: mask)
    var elements = tokens.values.elements
    for token in 0..<15 where !mask.isReal[token] {
      for index in token * 7..<(token + 1) * 7 { elements[index] = 100 * elements[index] - 3 }
    }
    let other = Tokens(Tensor(shape: [3, 5, 7], elements: elements), mask: mask)
    for rule: any UpdateRule in [
      GradientUpdate(), MomentumUpdate(momentum: 0.5), ExtrapolatedUpdate(extrapolation: 0.5),
      FixedPointUpdate(length: 0.6), NesterovUpdate(momentum: 0.5, restarts: true),
      AndersonUpdate(length: 0.6, window: 2),
      NoisyUpdate(standardDeviation: 0.1, random: RandomStream(seed: 5)),
    ] {
      let descent = SmallBlock().descent(updateRule: rule, stop: .after(steps: 6))
      let first = descent.run(from: tokens, recording: [.energies])
      let second = descent.run(from: other, recording: [.energies])
      for (before, result) in [(tokens, first), (other, second)] {
        for token in 0..<15 {
          let range = token * 7..<(token + 1) * 7
          let moved = result.tokens.values.elements[range] != before.values.elements[range]
          #expect(moved == mask.isReal[token])
        }
      }
      for (a, b) in zip(first.trajectory.energies, second.trajectory.energies) {
        #expect(a.totals == b.totals)
      }
    }
  }

  @Test("padded examples descend like the same examples without padding")
  func paddingInvariance() {
    let padded = SmallBlock.tokens(batch: 2, mask: TokenMask(lengths: [3, 3], tokenCount: 5))
    let short = Tokens(padded.values.sliced(axis: 1, 0..<3))
    let descent = SmallBlock().descent(stop: .after(steps: 6))
    let (a, b) = (
      descent.run(from: padded, recording: [.energies]), descent.run(from: short, recording: [.energies])
    )
    expectClose(
      actual: a.tokens.values.sliced(axis: 1, 0..<3), expected: b.tokens.values, relative: 1e-11,
      absolute: 1e-12)
    for (left, right) in zip(a.trajectory.energies, b.trajectory.energies) {
      expectClose(actual: left.total, expected: right.total, relative: 1e-12)
    }
  }

  @Test("the same bits with 1, 2 and 5 threads")
  func threads() {
    let before = Parallelism.threadCount
    defer { Parallelism.threadCount = before }
    let tokens = SmallBlock.tokens(batch: 16)
    let block = SmallBlock(learnsBeta: true)
    var seen: [[Double]] = []
    for count in [1, 2, 5] {
      Parallelism.threadCount = count
      for path in [GradientPath.unrolled, .recomputed] {
        let inputs = [tokens.values] + block.energy.parameters.values
        let (loss, gradients) = valueWithGradients(at: inputs) { variables in
          var copy = block
          copy.energy = block.energy.with(
            ParameterValues(names: block.energy.parameters.names, values: Array(variables[1...])))
          return copy.descent(stop: .after(steps: 4), gradientPath: path).run(from: Tokens(variables[0]))
            .activations.values.power(3).sum()
        }
        seen.append(loss.elements + gradients.flatMap(\.elements))
      }
    }
    for index in 2..<6 { #expect(seen[index] == seen[index - 2]) }
  }
}
