import Dynamics
import Energies
import Tensors
import TestSupport
import Testing

/// What the derivatives at a step's start say of where it leads.
struct PredictedDecreaseTests {
  private let start = SmallBlock.tokens(batch: 3)

  @Test("the decrease that is recorded is what small steps bring, for every update rule")
  func smallSteps() {
    let rules: [any UpdateRule] = [
      GradientUpdate(), MomentumUpdate(momentum: 0.5), NesterovUpdate(momentum: 0.5),
      ExtrapolatedUpdate(extrapolation: 0.5), FixedPointUpdate(length: 0.5),
    ]
    for direction in DescentDirection.allCases {
      for rule in rules {
        var descent = SmallBlock().descent(
          updateRule: rule, stepSize: .constant(1e-5), stop: .after(steps: 3))
        descent.direction = direction
        let from = descent.lagrangian.retracted(start)
        let found = descent.run(from: from, recording: [.energies, .predictedDecreases]).trajectory
        let energies = found.series(of: .total).byStep
        #expect(found.predictedDecreases.count == 3)
        for step in 0..<3 {
          for example in 0..<3 {
            let fall = energies[step][example] - energies[step + 1][example]
            let predicted = found.predictedDecreases[step][example]
            #expect(predicted > 0 && abs(fall - predicted) < 1e-2 * predicted, "\(direction) \(rule)")
          }
        }
      }
    }
  }

  @Test("on plain tokens a plain step is predicted to bring alpha |dE/dg|²")
  func plainTokens() {
    let found = Bowl().descent(stepSize: .constant(0.01), stop: .after(steps: 1))
      .run(from: start, recording: [.predictedDecreases]).trajectory.predictedDecreases
    let slope = Bowl().slope(at: start.values.elements, batch: 3)
    for example in 0..<3 {
      let square = slope[example * 35..<(example + 1) * 35].map { $0 * $0 }.reduce(0, +)
      #expect(abs(found[0][example] - 0.01 * square) < 1e-12 * square)
    }
  }

  @Test("with their own energy neurons that have no synapse are predicted to fall to 0")
  func neurons() {
    var descent = EnergyDescent(
      of: PowerEnergy(weight: 0, power: 2), lagrangian: TanhLagrangian<Double>(), stepSize: .constant(1e-6),
      stop: .after(steps: 1))
    descent.includesNeuronEnergy = true
    let found = descent.run(from: start, recording: [.energies, .predictedDecreases]).trajectory
    // G = x and M = 1 - tanh².
    let slopes = (start.values.squared() * (1 - start.values.tanh().squared())).sum(axes: [1, 2]).elements
    let energies = found.series(of: .total).byStep
    for example in 0..<3 {
      #expect(abs(found.predictedDecreases[0][example] - 1e-6 * slopes[example]) < 1e-15)
      let fall = energies[0][example] - energies[1][example]
      #expect(abs(fall - 1e-6 * slopes[example]) < 1e-4 * 1e-6 * slopes[example] + 1e-13)
    }
  }

  @Test("a rule whose velocity points uphill is predicted to rise")
  func uphill() {
    // E = sum g² / 2 of plain tokens: momentum carries every number over the minimum and up the other side.
    let found = EnergyDescent(
      of: PowerEnergy(weight: 0.5, power: 2), lagrangian: PlainLagrangian(), updateRule: .momentum(0.9),
      stepSize: .constant(0.2), stop: .after(steps: 10)
    ).run(from: start, recording: [.predictedDecreases]).trajectory.predictedDecreases
    #expect(found[0].allSatisfy { $0 > 0 } && found.contains { $0[0] < 0 })
  }

  /// Answers with the curvature along the step, so that a test reads it as the size.
  private struct CurvatureProbe: StepSizeRule {
    func size<Scalar>(of step: PendingStep<Scalar>) -> Tensor<Scalar> {
      Tensor(shape: [step.batch, 1, 1], elements: step.curvatures(along: .ones([1, 1, 1])))
    }
  }

  private func checkCurvature<Function: Energy, Norm: Lagrangian>(
    _ energy: Function, _ lagrangian: Norm, _ x: Tokens<Double>, includesNeuronEnergy: Bool, _ name: String
  ) where Function.Scalar == Double, Norm.Scalar == Double {
    var probe = EnergyDescent(
      of: energy, lagrangian: lagrangian, stepSize: CurvatureProbe(), stop: .after(steps: 1))
    probe.includesNeuronEnergy = includesNeuronEnergy
    var state = probe.start(from: x)
    probe.step(&state)
    let found = state.stepSize?.elements ?? []
    let g = lagrangian.activations(at: x)
    let gradient = energy.gradient(at: g) + (includesNeuronEnergy ? x.values : .zeros(x.values.shape))
    func energies(_ h: Double) -> [Double] {
      let moved = Tokens(x.values - g.masking(gradient) * h, mask: x.mask)
      let values = energy.energy(at: lagrangian.activations(at: moved))
      return (includesNeuronEnergy ? values + lagrangian.legendreTransform(at: moved) : values).elements
    }
    let h = 3e-5  // few memories change sides over it
    let values = [-2, -1, 0, 1, 2].map { energies($0 * h) }
    for example in 0..<x.values.shape[0] {
      let v = values.map { $0[example] }
      let expected = (-v[0] + 16 * v[1] - 30 * v[2] + 16 * v[3] - v[4]) / (12 * h * h)
      #expect(
        abs(found[example] - expected) < 1e-4 * max(1, abs(expected)),
        "\(name): \(found[example]) \(expected)")
    }
  }

  @Test("the curvature along a step is the second derivative of the energy in the tokens")
  func curvature() {
    let block = SmallBlock()
    let masked = SmallBlock.tokens(batch: 3, mask: TokenMask(lengths: [3, 5, 1], tokenCount: 5))
    for x in [start, masked] {
      checkCurvature(block.energy, block.norm, x, includesNeuronEnergy: false, "layer norm")
      checkCurvature(block.energy, block.norm, x, includesNeuronEnergy: true, "layer norm with neurons")
      checkCurvature(block.energy, TanhLagrangian(), x, includesNeuronEnergy: true, "tanh with neurons")
    }
    checkCurvature(
      PowerEnergy(weight: 0.3, power: 4), PlainLagrangian(), start, includesNeuronEnergy: false, "bowl")
  }

  @Test("on a quadratic energy each step from the curvature ends at the lowest point along the gradient")
  func exactLineSearch() {
    // E = sum h x² / 2 for each example of one token.
    let h: [Double] = [0.5, 2, 7]
    struct Quadratic: Energy {
      typealias Scalar = Double
      let h: Tensor<Double>
      func energy(at g: Activations<Double>) -> Tensor<Double> {
        (g.values.squared() * h).sum(axes: [1, 2]) / 2
      }
    }
    let x = normalTensor([2, 1, 3], seed: 9)
    let result = EnergyDescent(
      of: Quadratic(h: Tensor(shape: [1, 1, 3], elements: h)), lagrangian: PlainLagrangian(),
      stepSize: .curvature(from: 0.3), stop: .after(steps: 8)
    ).run(from: Tokens(x), recording: [.energies])
    var expected = x.elements
    for _ in 0..<8 {
      for example in 0..<2 {
        let range = example * 3..<example * 3 + 3
        let slope = zip(h, expected[range]).map(*)
        let square = slope.map { $0 * $0 }.reduce(0, +)
        let alpha = square / zip(h, slope).map { $0 * $1 * $1 }.reduce(0, +)
        for (index, s) in zip(range, slope) { expected[index] -= alpha * s }
      }
    }
    expectClose(
      actual: result.tokens.values, expected: Tensor(shape: [2, 1, 3], elements: expected), relative: 1e-9,
      absolute: 1e-12)
    #expect(result.trajectory.fellAtEveryStep() == [true, true])
  }
}
