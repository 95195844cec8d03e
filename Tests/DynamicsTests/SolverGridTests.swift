import Dynamics
import Energies
import Tensors
import TestSupport
import Testing

/// What each way of descending guarantees, held against problems of every kind.
struct SolverGridTests {
  @Test("the energy of no example ever rises", arguments: Solver.neverRising, Problem.all)
  func neverRises(solver: Solver, problem: Problem) {
    let energies = problem.run(solver, .after(steps: 40), [.energies]).trajectory.series(of: .total).byStep
    #expect(energies.count == 41)
    for example in energies[0].indices {
      for step in 0..<40 {
        let (before, after) = (energies[step][example], energies[step + 1][example])
        #expect(after <= before, "step \(step) of example \(example)")
      }
      #expect(energies[40][example] < energies[0][example])
    }
  }

  @Test(
    "each step brings the share that was asked for of what the gradient predicts",
    arguments: Solver.sufficient, Problem.all)
  func sufficientDecrease(solver: Solver, problem: Problem) {
    let found = problem.run(solver, .after(steps: 40), [.energies, .predictedDecreases]).trajectory
    let energies = found.series(of: .total).byStep
    for step in 0..<40 {
      for example in energies[0].indices {
        let predicted = found.predictedDecreases[step][example]
        let fall = energies[step][example] - energies[step + 1][example]
        // A velocity may point uphill, and then the energy is only kept from rising.
        let wanted = max(0, Solver.share * predicted) - 8 * energies[step][example].ulp
        #expect(fall >= wanted, "step \(step) of example \(example): \(fall), predicted \(predicted)")
      }
    }
  }

  @Test("small plain steps let the energy fall at every step", arguments: Problem.all)
  func smallSteps(problem: Problem) {
    let solver = Solver("small steps", stepSize: .constant(problem.smallStep))
    let fell = problem.run(solver, .after(steps: 60), [.energies]).trajectory
      .fellAtEveryStep(tolerance: 1e-14)
    #expect(fell.allSatisfy { $0 })
  }

  @Test("the descent comes to rest: the tangential gradient falls to a thousandth of what it was")
  func rest() {
    for problem in Problem.all {
      for solver in Solver.resting where !(problem.drifts && solver.direction == .gradient) {
        let start = problem.residual(problem.run(solver, .after(steps: 0), []).tokens)
        let end = problem.residual(problem.run(solver, .after(steps: problem.stepsToRest), []).tokens)
        #expect(end < 1e-3 * start, "\(solver) on \(problem): \(end) after \(start)")
      }
    }
  }

  @Test("on an ill-conditioned bowl the fast ways need fewer steps than the plain one, a quarter at most")
  func speed() {
    func stepsToRest(_ solver: Solver) -> Int {
      let problem = Problem.valley
      var steps = 1
      while steps < 4096,
        problem.residual(problem.run(solver, .after(steps: steps), []).tokens)
          > 1e-5 * problem.residual(problem.run(solver, .after(steps: 0), []).tokens)
      {
        steps *= 2
      }
      return steps
    }
    let plain = stepsToRest(Solver("plain", stepSize: .constant(1 / 200)))
    #expect(plain >= 1024)
    #expect(stepsToRest(Solver("Barzilai-Borwein", stepSize: .barzilaiBorwein(from: 0.05))) <= plain / 4)
    #expect(
      stepsToRest(
        Solver("restarted", updateRule: .nesterov(0.9, restarts: true), stepSize: .constant(1 / 200)))
        <= plain / 4)
  }

  @Test("a hundred thousand steps of a small block in single precision end with tokens of size 1")
  func longRun() {
    let descent = singlePrecision(.constant(0.05), steps: 100_000)
    let start = Tokens(normalTensor([1, 3, 4], seed: 13, as: Float.self))
    let result = descent.run(from: start)
    #expect(result.stopReason == .steps(100_000))
    let size = result.tokens.values.squared().mean().scalar
    #expect(result.tokens.values.isFinite && abs(size - 1) < 1e-3, "\(size)")
    let energies = [start, result.tokens].map { tokens in
      descent.energy.energy(at: descent.lagrangian.activations(at: tokens)).scalar
    }
    #expect(energies[1] < energies[0])
  }

  @Test("at rest in single precision no energy rises, not by the last digit either")
  func restInSinglePrecision() {
    let descent = singlePrecision(.backtracking(from: 0.05, Backtracking(attempts: 3)), steps: 500)
    let start = Tokens(normalTensor([5, 3, 4], seed: 13, as: Float.self))
    let energies = descent.run(from: start, recording: [.energies]).trajectory.series(of: .total).byStep
    for step in 0..<500 {
      for example in 0..<5 {
        let (before, after) = (energies[step][example], energies[step + 1][example])
        #expect(after <= before, "step \(step) of example \(example): \(after) after \(before)")
      }
    }
  }

  @Test(
    "where the step size is 0 tokens stay to the last digit, whatever the direction",
    arguments: DescentDirection.allCases)
  func stepsOfNothing(direction: DescentDirection) {
    var descent = EnergyDescent(
      of: SmallBlock().energy, lagrangian: SmallBlock().norm, stepSize: .constant(0),
      stop: .after(steps: 3), gradientPath: .detached)
    descent.direction = direction
    let start = SmallBlock.tokens(batch: 3)
    #expect(descent.run(from: start).tokens.values.elements == start.values.elements)
  }

  /// A small block in single precision, whose tokens move along tangents.
  private func singlePrecision(
    _ stepSize: any StepSizeRule, steps: Int
  ) -> EnergyDescent<some Energy<Float>, LayerNormLagrangian<Float>> {
    let memories = normalTensor([4, 6], seed: 12, as: Float.self)
    let attention = AttentionEnergy(
      queryWeights: normalTensor([2, 3, 4], seed: 10, as: Float.self) * 0.5,
      keyWeights: normalTensor([2, 3, 4], seed: 11, as: Float.self) * 0.5)
    var descent = EnergyDescent(
      of: attention + HopfieldEnergy(memories: memories),
      lagrangian: LayerNormLagrangian<Float>(dimension: 4), stepSize: stepSize, stop: .after(steps: steps),
      gradientPath: .detached)
    descent.direction = .tangential
    return descent
  }
}

/// A way of descending, with a name for messages.
struct Solver: CustomTestStringConvertible, CustomStringConvertible, Sendable {
  let description: String
  let updateRule: any UpdateRule
  let stepSize: any StepSizeRule
  let direction: DescentDirection
  var testDescription: String { description }

  init(
    _ description: String, updateRule: any UpdateRule = .gradient, stepSize: any StepSizeRule,
    direction: DescentDirection = .gradient
  ) {
    self.description = description
    self.updateRule = updateRule
    self.stepSize = stepSize
    self.direction = direction
  }

  /// The share of the predicted decrease that is asked for.
  static let share = 0.1
  private static let armijo = Backtracking(attempts: 40, growth: 2, sufficientDecrease: share)
  private static let shortened = Backtracking(attempts: 40)

  /// Ways that ask for a sufficient decrease.
  static let sufficient = [
    Solver("Armijo", stepSize: .backtracking(from: 1, armijo)),
    Solver("Armijo from far", stepSize: .backtracking(from: 1e3, armijo)),
    Solver(
      "Armijo from the curvature",
      stepSize: .backtracking(
        from: .curvature(from: 0.1), Backtracking(attempts: 40, sufficientDecrease: share))),
    Solver(
      "Armijo from Barzilai-Borwein",
      stepSize: .backtracking(
        from: .barzilaiBorwein(from: 0.1), Backtracking(attempts: 40, sufficientDecrease: share))),
    Solver(
      "Armijo with momentum", updateRule: .momentum(0.5),
      stepSize: .backtracking(from: 0.1, Backtracking(attempts: 40, sufficientDecrease: share))),
    Solver("tangential Armijo", stepSize: .backtracking(from: 1, armijo), direction: .tangential),
    Solver("natural Armijo", stepSize: .backtracking(from: 1, armijo), direction: .natural),
  ]

  /// Ways whose energy never rises.
  static let neverRising =
    sufficient + [
      Solver("backtracking", stepSize: .backtracking(from: 10, shortened)),
      Solver(
        "backtracking with Nesterov", updateRule: .nesterov(0.8, restarts: true),
        stepSize: .backtracking(from: 0.3, shortened)),
    ]

  /// Ways that come to rest, where tokens do not run away.
  static let resting = [sufficient[0], sufficient[2], sufficient[3], sufficient[5], sufficient[6]]
}

/// A problem to descend, of 3 examples.
struct Problem: CustomTestStringConvertible, CustomStringConvertible, Sendable {
  let description: String
  /// A step that is small for it.
  let smallStep: Double
  let stepsToRest: Int
  /// Whether tokens run away along the plain gradient.
  let drifts: Bool
  let run: @Sendable (Solver, StoppingRule, [Recording<Double>]) -> DescentResult<Double>
  /// The largest tangential gradient of an example.
  let residual: @Sendable (Tokens<Double>) -> Double
  var testDescription: String { description }

  init<Function: Energy, Norm: Lagrangian>(
    _ description: String, _ energy: Function, _ lagrangian: Norm, from start: Tokens<Double>,
    smallStep: Double, stepsToRest: Int = 400, drifts: Bool = false, includesNeuronEnergy: Bool = false
  ) where Function.Scalar == Double, Norm.Scalar == Double {
    self.description = description
    self.smallStep = smallStep
    self.stepsToRest = stepsToRest
    self.drifts = drifts
    run = { solver, stop, recording in
      var descent = EnergyDescent(
        of: energy, lagrangian: lagrangian, updateRule: solver.updateRule, stepSize: solver.stepSize,
        stop: stop, gradientPath: .detached)
      descent.direction = solver.direction
      descent.includesNeuronEnergy = includesNeuronEnergy
      return descent.run(
        from: solver.direction == .gradient ? start : lagrangian.retracted(start),
        recording: recording)
    }
    residual = { x in
      let g = lagrangian.activations(at: x)
      let gradient = energy.gradient(at: g) + (includesNeuronEnergy ? x.values : .zeros(x.values.shape))
      return lagrangian.tangent(gradient, at: x).squared().sum(axes: [1, 2]).maximum(axis: 0).scalar
        .squareRoot()
    }
  }

  /// E = sum h g² / 2 with a curvature for each component of a token.
  private struct Quadratic: Energy {
    typealias Scalar = Double
    let curvatures: Tensor<Double>
    func energy(at g: Activations<Double>) -> Tensor<Double> {
      (g.values.squared() * curvatures).sum(axes: [1, 2]) / 2
    }
  }

  static let bowl = Problem(
    "a bowl", Quadratic(curvatures: Tensor(repeating: 1.5, shape: [1, 1, 7])), IdentityLagrangian(),
    from: SmallBlock.tokens(batch: 3), smallStep: 0.1)

  static let valley = Problem(
    "a valley of condition 200",
    Quadratic(curvatures: Tensor(shape: [1, 1, 7], elements: [1, 2, 5, 12, 35, 90, 200])),
    IdentityLagrangian(), from: SmallBlock.tokens(batch: 3), smallStep: 1 / 250, stepsToRest: 2000)

  static let block = Problem(
    "attention and memories", SmallBlock().energy, SmallBlock().norm, from: SmallBlock.tokens(batch: 3),
    smallStep: 0.01, stepsToRest: 2000, drifts: true)

  /// Visible and hidden neurons, dense synapses between them: a Hopfield network of 1984 with a softmax layer on top.
  static let network: Problem = {
    var network = LayeredNetwork<Double>([
      NeuronLayer("visible", shape: [6], lagrangian: TanhLagrangian()),
      NeuronLayer("hidden", shape: [2, 4], lagrangian: SigmoidLagrangian()),
      NeuronLayer("labels", shape: [3], lagrangian: SoftmaxLagrangian()),
    ])
    network.connect("visible", "hidden", by: DenseSynapse(weight: normalTensor([8, 6], seed: 21) * 0.4))
    network.connect("hidden", "labels", by: DenseSynapse(weight: normalTensor([3, 8], seed: 22) * 0.4))
    let start = network.tokens(
      ["visible": normalTensor([3, 6], seed: 23), "hidden": normalTensor([3, 2, 4], seed: 24)])
    return Problem(
      "a network of three layers", network, network.lagrangian, from: start, smallStep: 0.05,
      includesNeuronEnergy: true)
  }()

  static let memory = Problem(
    "a modern Hopfield network", PatternMemoryEnergy(memories: normalTensor([7, 9], seed: 25), beta: 1.5),
    IdentityLagrangian(), from: SmallBlock.tokens(batch: 3), smallStep: 0.1)

  static let all = [bowl, valley, block, network, memory]
}
