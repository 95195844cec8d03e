import Dynamics
import Energies
import Tensors
import TestSupport
import Testing

/// One descent to differentiate, with everything that a gradient path must carry.
struct PathCase: Sendable, CustomStringConvertible {
  enum Bias: Sendable { case none, additive, multiplicative }

  let description: String
  var batch = 3
  var updateRule: any UpdateRule = .gradient
  var stepSize: any StepSizeRule = .constant(0.2)
  var stop = StoppingRule.after(steps: 4)
  var mask: TokenMask?
  var learnsBeta = false
  var bias = Bias.none
  var isDifferentiated = false

  static let all: [PathCase] = [
    PathCase(description: "one example", batch: 1), PathCase(description: "three examples"),
    PathCase(description: "sixteen examples, in pieces", batch: 16),
    PathCase(description: "a batch kept whole", stop: .any([.after(steps: 4)])),
    PathCase(description: "no step", stop: .after(steps: 0)),
    PathCase(description: "differentiated", isDifferentiated: true),
    PathCase(description: "differentiated, in pieces", batch: 16, isDifferentiated: true),
    PathCase(description: "schedule", stepSize: .schedule([0.3, 0, 0.1])),
    PathCase(description: "momentum", updateRule: .momentum(0.8)),
    PathCase(description: "momentum, in pieces", batch: 16, updateRule: .momentum(0.8), learnsBeta: true),
    PathCase(description: "momentum, differentiated", updateRule: .momentum(0.8), isDifferentiated: true),
    PathCase(description: "Nesterov", updateRule: .nesterov(0.8)),
    PathCase(
      description: "Nesterov, restarts, in pieces, mask", batch: 16,
      updateRule: .nesterov(0.9, restarts: true),
      stepSize: .constant(0.9), mask: TokenMask(lengths: (0..<16).map { 1 + $0 % 5 }, tokenCount: 5)),
    PathCase(
      description: "Anderson", updateRule: .anderson(length: 0.4, window: 2), stepSize: .constant(0.9)),
    PathCase(
      description: "Anderson, in pieces, mask, differentiated", batch: 16,
      updateRule: .anderson(length: 0.4, window: 1), stepSize: .constant(1),
      mask: TokenMask(lengths: (0..<16).map { 1 + $0 % 5 }, tokenCount: 5), isDifferentiated: true),
    PathCase(description: "Barzilai-Borwein", stepSize: .barzilaiBorwein(from: 0.2)),
    PathCase(
      description: "Barzilai-Borwein, safeguarded, in pieces", batch: 16, updateRule: .momentum(0.5),
      stepSize: .backtracking(from: .barzilaiBorwein(from: 2, .short))),
    PathCase(
      description: "momentum with noise of its own", updateRule: NoisyMomentum(seed: 12), learnsBeta: true),
    PathCase(
      description: "momentum with noise of its own, mask", updateRule: NoisyMomentum(seed: 13),
      mask: TokenMask(lengths: [3, 5, 1], tokenCount: 5)),
    PathCase(description: "extrapolated", updateRule: .extrapolated(0.5)),
    PathCase(
      description: "extrapolated, in pieces, mask", batch: 16, updateRule: .extrapolated(1.5),
      stepSize: .schedule([0.1, 0.3]), mask: TokenMask(lengths: (0..<16).map { 1 + $0 % 5 }, tokenCount: 5)),
    PathCase(description: "implicit", updateRule: .fixedPoint(length: 0.5), stepSize: .constant(0.8)),
    PathCase(
      description: "implicit, in pieces, differentiated", batch: 16, updateRule: .fixedPoint(length: 0.5),
      stepSize: .constant(1), isDifferentiated: true),
    PathCase(
      description: "extrapolated with growing sizes", updateRule: .extrapolated(0.5),
      stepSize: .backtracking(from: 2, Backtracking(growth: 1.5))),
    PathCase(
      description: "noisy", updateRule: .noisy(standardDeviation: 0.2, random: RandomStream(seed: 12))),
    PathCase(
      description: "noisy, sixteen examples, differentiated", batch: 16,
      updateRule: .noisy(standardDeviation: 0.2, random: RandomStream(seed: 12)), isDifferentiated: true),
    PathCase(description: "backtracking", stepSize: .backtracking(from: 20)),
    PathCase(description: "backtracking, in pieces", batch: 16, stepSize: .backtracking(from: 20)),
    PathCase(
      description: "backtracking with momentum", updateRule: .momentum(0.6), stepSize: .backtracking(from: 20)
    ),
    PathCase(description: "mask", mask: TokenMask(lengths: [3, 5, 1], tokenCount: 5)),
    PathCase(
      description: "mask, in pieces, momentum", batch: 16, updateRule: .momentum(0.5),
      mask: TokenMask(lengths: (0..<16).map { 1 + $0 % 5 }, tokenCount: 5)),
    PathCase(
      description: "mask, differentiated", mask: TokenMask(lengths: [3, 5, 1], tokenCount: 5),
      isDifferentiated: true),
    PathCase(description: "learned beta", learnsBeta: true),
    PathCase(description: "learned beta, differentiated", learnsBeta: true, isDifferentiated: true),
    PathCase(description: "additive bias", bias: .additive),
    PathCase(description: "multiplicative bias", learnsBeta: true, bias: .multiplicative),
    PathCase(description: "additive bias, differentiated", bias: .additive, isDifferentiated: true),
    PathCase(description: "multiplicative bias, momentum", updateRule: .momentum(0.5), bias: .multiplicative),
    PathCase(description: "bias for sixteen examples", batch: 16, bias: .multiplicative),
    PathCase(
      description: "stop by energy change", stop: .any([.after(steps: 50), .energyChange(below: 0.5)])),
  ]
}

/// Langevin descent with momentum, a rule of one's own: it keeps an array and a source of noise.
struct NoisyMomentum: UpdateRule {
  let seed: UInt64

  func initialState<Scalar>() -> UpdateState<Scalar> { UpdateState(random: RandomStream(seed: seed)) }

  func displacement<Scalar>(
    gradient: Tensor<Scalar>, stepSize: Tensor<Scalar>, state: inout UpdateState<Scalar>
  ) -> Tensor<Scalar> {
    var random = state.random ?? RandomStream(seed: seed)
    let velocity = state.arrays.first.map { $0 * 0.7 + gradient } ?? gradient
    let noise = Tensor<Scalar>.normal(gradient.shape, standardDeviation: 0.2, using: &random)
    state = UpdateState(arrays: [velocity], random: random)
    return noise * stepSize.squareRoot() - velocity * stepSize
  }
}

/// The loss of a case as a function of the tokens, the parameters of energy and norm, and what the bias is made of.
struct PathLoss: Sendable {
  let pathCase: PathCase
  let block: SmallBlock
  let points: [Tensor<Double>]

  init(_ pathCase: PathCase) {
    self.pathCase = pathCase
    block = SmallBlock(learnsBeta: pathCase.learnsBeta)
    let batch = pathCase.bias == .multiplicative ? pathCase.batch : 1
    points =
      [SmallBlock.tokens(batch: pathCase.batch).values, block.norm.gamma, block.norm.delta]
      + block.energy.parameters.values + [normalTensor([batch, 2, 5, 5], seed: 99)]
  }

  private func bias(_ source: Tensor<Double>) -> AttentionBias<Double>? {
    switch pathCase.bias {
    case .none: nil
    case .additive: .additive(source.tanh())
    case .multiplicative: .multiplicative(source.sigmoid())
    }
  }

  func result(_ variables: [Tensor<Double>], _ path: GradientPath) -> DescentResult<Double> {
    let energyParameters = Array(variables[3..<variables.count - 1])
    let template = SmallBlock(learnsBeta: pathCase.learnsBeta, bias: bias(variables[variables.count - 1]))
    let energy = template.energy.with(
      ParameterValues(names: block.energy.parameters.names, values: energyParameters))
    let norm = LayerNormLagrangian(gamma: variables[1], delta: variables[2])
    let tokens = Tokens(variables[0], mask: pathCase.mask)
    func run(_ energy: some Energy<Double>) -> DescentResult<Double> {
      EnergyDescent(
        of: energy, lagrangian: norm, updateRule: pathCase.updateRule, stepSize: pathCase.stepSize,
        stop: pathCase.stop, gradientPath: path
      ).run(from: tokens)
    }
    return pathCase.isDifferentiated ? run(energy.differentiated) : run(energy)
  }

  func value(_ variables: [Tensor<Double>], _ path: GradientPath) -> Tensor<Double> {
    let found = result(variables, path)
    let target: Tensor<Double> = normalTensor(found.activations.values.shape, seed: 55)
    return (found.activations.values - target).squared().sum() + (found.tokens.values * target).sum()
  }
}

struct GradientPathTests {
  @Test("unrolled and recomputed derivatives agree for every variable", arguments: PathCase.all)
  func agree(pathCase: PathCase) {
    let loss = PathLoss(pathCase)
    let found = [GradientPath.unrolled, .recomputed].map { path in
      valueWithGradients(at: loss.points) { loss.value($0, path) }
    }
    expectClose(actual: found[1].value, expected: found[0].value, relative: 1e-12)
    for (index, (a, b)) in zip(found[1].gradients, found[0].gradients).enumerated() {
      expectNear(a, b, 1e-10, "argument \(index)")
    }
    // Nothing agrees by being zero, but for the bias of a case that has none and an untouched descent.
    if pathCase.stop != .after(steps: 0) {
      let biased = pathCase.bias != .none
      for gradient in found[0].gradients.dropLast(biased ? 0 : 1) {
        #expect(gradient.elements.contains { abs($0) > 1e-6 })
      }
    }
  }

  @Test("a detached descent has the same numbers and no derivative", arguments: PathCase.all)
  func detached(pathCase: PathCase) {
    let loss = PathLoss(pathCase)
    let variables = loss.points.map { $0.variable() }
    let detached = loss.result(variables, .detached)
    let unrolled = loss.result(variables, .unrolled)
    #expect(!detached.tokens.values.isTracked && !detached.activations.values.isTracked)
    #expect(unrolled.tokens.values.isTracked && unrolled.activations.values.isTracked)
    #expect(detached.stopReason.description.prefix(12) == unrolled.stopReason.description.prefix(12))
    #expect(detached.steps == unrolled.steps)
    expectClose(
      actual: detached.tokens.values, expected: unrolled.tokens.values, relative: 1e-11, absolute: 1e-12)
  }

  @Test(
    "derivatives match finite differences",
    arguments: PathCase.all.filter {
      [
        "three examples", "momentum", "noisy", "mask", "multiplicative bias", "additive bias", "extrapolated",
        "implicit", "Nesterov", "Anderson", "momentum with noise of its own",
      ].contains($0.description)
    })
  func finiteDifferences(pathCase: PathCase) {
    let loss = PathLoss(pathCase)
    for path in [GradientPath.unrolled, .recomputed] {
      expectGradientMatchesFiniteDifferences(
        at: loss.points, step: 1e-5, relative: 1e-6, absolute: 1e-6, pathCase.description
      ) { loss.value($0, path) }
    }
  }

  @Test(
    "second derivatives through the recomputed path are those of the unrolled one",
    arguments: PathCase.all.filter {
      [
        "three examples", "sixteen examples, in pieces", "momentum", "noisy", "mask", "multiplicative bias",
        "differentiated", "extrapolated", "implicit", "Nesterov", "Anderson",
      ].contains($0.description)
    })
  func secondDerivatives(pathCase: PathCase) throws {
    let loss = PathLoss(pathCase)
    let found = try [GradientPath.unrolled, .recomputed].map { path in
      let along = directionalDerivative { loss.value($0, path) }
      return try valueWithGradients(at: loss.points) { try along($0) }.gradients
    }
    for (index, (a, b)) in zip(found[1], found[0]).enumerated() {
      expectNear(a, b, 1e-9, "argument \(index)")
    }
    #expect(found[0][0].elements.contains { abs($0) > 1e-6 })
  }

  @Test("a derivative in the tokens alone can be differentiated in the weights", arguments: [1.0, 2.0])
  func mixedDerivative(power: Double) {
    let loss = PathLoss(PathCase(description: "three examples"))
    let found = [GradientPath.unrolled, .recomputed].map { path in
      gradient(at: loss.points[3]) { weights in
        // The tokens are a variable of their own, without a history.
        let x = loss.points[0].variable()
        var variables = loss.points
        variables[0] = x
        variables[3] = weights
        let tokens = loss.result(variables, path).tokens.values.power(power)
        return gradients(of: tokens.sum(), withRespectTo: [x])[0].squared().sum()
      }
    }
    expectNear(found[1], found[0], 1e-9)
    #expect(found[0].elements.contains { abs($0) > 1e-6 })
  }

  /// An energy with a factor that it does not list among its parameters.
  private struct HiddenFactor: Energy {
    typealias Scalar = Double
    var factor: Tensor<Double>
    func energy(at g: Activations<Double>) -> Tensor<Double> {
      (g.values.squared().sum(axes: [1, 2]) * factor.reshaped([1]))
    }
  }

  @Test("an unrolled descent differentiates what its energy depends on unlisted, as stepping by hand does")
  func unlisted() {
    let tokens = SmallBlock.tokens(batch: 6)
    let weights = normalTensor(tokens.values.shape, seed: 3)
    func loss(_ variables: [Tensor<Double>], byHand: Bool) -> Tensor<Double> {
      let descent = EnergyDescent(
        of: HiddenFactor(factor: variables[1]), lagrangian: SmallBlock().norm, stepSize: .constant(0.1),
        stop: .after(steps: 3), gradientPath: .unrolled)
      if !byHand { return (descent.run(from: Tokens(variables[0])).tokens.values * weights).sum() }
      var state = descent.start(from: Tokens(variables[0]))
      for _ in 0..<3 { descent.step(&state) }
      return (state.tokens.values * weights).sum()
    }
    let found = [false, true].map { byHand in
      valueWithGradients(at: [tokens.values, Tensor(0.7)]) { loss($0, byHand: byHand) }.gradients
    }
    for (a, b) in zip(found[0], found[1]) { expectNear(a, b, 1e-11) }
    #expect(abs(found[0][1].scalar) > 1e-3)
  }

  @Test("nothing is tracked where nothing is differentiated")
  func untracked() {
    for path in [GradientPath.unrolled, .recomputed, .detached] {
      let result = SmallBlock().descent(stop: .after(steps: 2), gradientPath: path)
        .run(from: SmallBlock.tokens(batch: 2))
      #expect(!result.tokens.values.isTracked && !result.activations.values.isTracked)
    }
  }
}
