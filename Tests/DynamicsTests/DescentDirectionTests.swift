import Dynamics
import Energies
import EnergyTesting
import Tensors
import TestSupport
import Testing

/// Descents along tangents, and against the Hessian of the Lagrangian.
struct DescentDirectionTests {
  private func descent(
    _ direction: DescentDirection, updateRule: any UpdateRule = .gradient,
    stepSize: any StepSizeRule = .constant(0.1), steps: Int, path: GradientPath = .detached
  ) -> EnergyDescent<EnergySum<Double>, LayerNormLagrangian<Double>> {
    var descent = SmallBlock().descent(
      updateRule: updateRule, stepSize: stepSize, stop: .after(steps: steps), gradientPath: path)
    descent.direction = direction
    return descent
  }

  /// Tokens of mean 0 and variance 1, which bringing back leaves alone.
  private var start: Tokens<Double> { SmallBlock().norm.retracted(SmallBlock.tokens(batch: 3)) }

  /// |P dE/dg|² of each example and its rate of fall through M, both by hand.
  private func rates(_ x: Tokens<Double>) -> (tangential: [Double], natural: [Double]) {
    let block = SmallBlock()
    let (values, size) = (x.values.elements, SmallBlock.dimension)
    let slope = block.slope(at: values, batch: 3)
    var found = (tangential: [0.0, 0, 0], natural: [0.0, 0, 0])
    for token in 0..<15 {
      let row = token * size..<(token + 1) * size
      let mean = values[row].reduce(0, +) / Double(size)
      let variance = values[row].map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(size)
      let sum = slope[row].reduce(0, +)
      let overlap = row.map { slope[$0] * (values[$0] - mean) }.reduce(0, +)
      let square =
        slope[row].map { $0 * $0 }.reduce(0, +)
        - (sum * sum + overlap * overlap / variance) / Double(size)
      found.natural[token / 5] += square
      found.tangential[token / 5] += block.norm.gamma.scalar / (variance + 1e-5).squareRoot() * square
    }
    return found
  }

  @Test("to first order the energy falls at the rate that each direction states")
  func rate() {
    let expected = rates(start)
    for (direction, rates) in [
      (DescentDirection.gradient, expected.tangential), (.tangential, expected.tangential),
      (.natural, expected.natural),
    ] {
      let energies = descent(direction, stepSize: .constant(1e-5), steps: 1)
        .run(from: start, recording: [.energies]).trajectory.series(of: .total).byStep
      for example in 0..<3 {
        let found = (energies[0][example] - energies[1][example]) / 1e-5
        #expect(abs(found - rates[example]) < 1e-2 * rates[example], "\(direction) \(found)")
      }
    }
  }

  @Test("a natural step moves activations along the tangential gradient")
  func natural() {
    let block = SmallBlock()
    let alpha = 1e-6
    let end = descent(.natural, stepSize: .constant(alpha), steps: 1).run(from: start)
    let g = block.norm.activations(at: start)
    let moved = (end.activations.values - g.values) / alpha
    let expected = -block.norm.tangent(block.energy.gradient(at: g), at: start)
    expectClose(actual: moved, expected: expected, relative: 1e-3, absolute: 1e-3)
  }

  /// The largest |P dE/dg| of an example.
  private func residual(_ x: Tokens<Double>) -> Double {
    let block = SmallBlock()
    let gradient = block.energy.gradient(at: block.norm.activations(at: x))
    return block.norm.tangent(gradient, at: x).squared().sum(axes: [1, 2]).maximum(axis: 0).scalar
      .squareRoot()
  }

  @Test("along tangents a descent comes to rest with tokens of size 1; along the gradient tokens run away")
  func rest() {
    for direction in [DescentDirection.tangential, .natural] {
      let result = descent(direction, steps: 2000).run(from: start, recording: [.energies])
      #expect(residual(result.tokens) < 1e-3 * residual(start), "\(direction)")
      #expect(abs(result.tokens.values.squared().mean().scalar - 1) < 1e-6)
      #expect(result.trajectory.fellAtEveryStep(tolerance: 1e-12) == [true, true, true])
      // At rest in x, not in g alone.
      var more = descent(direction, steps: 10)
      more.stepSize = .constant(0.1)
      let moved = (more.run(from: result.tokens).tokens.values - result.tokens.values).absoluteValue()
      #expect(moved.reshaped([moved.count]).maximum(axis: 0).scalar < 2e-2)
    }
    let plain = descent(.gradient, steps: 2000).run(from: start)
    #expect(plain.tokens.values.squared().mean().scalar > 1e4)
    #expect(residual(plain.tokens) > 1e-2 * residual(start))
  }

  static let lawful: [(direction: DescentDirection, rule: any UpdateRule, stepSize: any StepSizeRule)] = [
    (.tangential, GradientUpdate(), ConstantStepSize(0.1)),
    (.natural, GradientUpdate(), ConstantStepSize(0.05)),
    (.tangential, MomentumUpdate(momentum: 0.6), ConstantStepSize(0.1)),
    (.tangential, GradientUpdate(), BacktrackingStepSize(from: 0.1, Backtracking(sufficientDecrease: 0.1))),
  ]

  @Test(
    "examples do not depend on each other, padding stays, threads do not matter, every gradient path is right",
    arguments: lawful.indices)
  func laws(index: Int) {
    let (direction, rule, stepSize) = Self.lawful[index]
    for mask in [nil, TokenMask(lengths: [3, 5, 1], tokenCount: 5)] {
      let descent = descent(direction, updateRule: rule, stepSize: stepSize, steps: 3, path: .unrolled)
      let report = DescentLaws.check(descent, from: SmallBlock.tokens(batch: 3, mask: mask))
      #expect(report.isSatisfied, "\(report)")
    }
  }

  @Test("fused kernels give gradients along tangents, and steps say why they are not fused")
  func computation() {
    let found = descent(.tangential, steps: 2).computation(from: start)
    #expect(found.description == "fused gradients: the direction is tangential")
    let ends = [true, false].map { usesFusedKernels in
      var descent = descent(.tangential, steps: 7)
      descent.usesFusedKernels = usesFusedKernels
      return descent.run(from: start).tokens.values
    }
    expectClose(actual: ends[0], expected: ends[1], relative: 1e-10, absolute: 1e-11)
  }

  @Test("what is held is held along tangents too; tokens with rates of their own are brought back")
  func held() {
    var elements = [Double](repeating: 1, count: 5 * 7)
    for index in 7..<12 { elements[index] = 0 }
    var descent = descent(.tangential, steps: 6)
    descent.rates = Tensor(shape: [1, 5, 7], elements: elements)
    let x = SmallBlock.tokens(batch: 3)
    let end = descent.run(from: x).tokens.values
    for example in 0..<3 {
      for index in 0..<35 {
        let stayed = end[example, index / 7, index % 7] == x.values[example, index / 7, index % 7]
        #expect(stayed == (elements[index] == 0))
      }
    }
    descent.rates = Tensor(repeating: 0.5, shape: [1, 1, 7])
    let slow = descent.run(from: x).tokens.values
    #expect(abs(slow.squared().mean().scalar - 1) < 1e-6)
  }
}
