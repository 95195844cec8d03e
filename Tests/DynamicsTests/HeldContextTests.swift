import Dynamics
import Energies
import EnergyTesting
import Tensors
import TestSupport
import Testing

/// Descents of causal energies whose contexts are held.
struct HeldContextTests {
  static let examples = FusedCase.held.filter { $0.tokenCount == 5 && $0.bias != .multiplicative }

  @Test("all laws of descents hold for causal energies", arguments: [true, false])
  func laws(includesSelf: Bool) {
    let example = FusedCase(includesSelf: includesSelf, isCausal: true, holdsContext: true, isPadded: true)
    let descent = example.descent(
      example.energy(Double.self), example.norm(Double.self), path: .automatic, isFused: true)
    let report = DescentLaws.check(
      descent, from: example.tokens(Double.self), options: LawOptions(tokens: .ordered))
    #expect(report.isSatisfied, "\(report)")
    #expect(report.checked.contains(.backtracking) && report.checked.contains(.firstOrder))
  }

  @Test("the adjoint through held contexts is that of plain differentiation", arguments: examples)
  func adjoint(example: FusedCase) {
    let (energy, norm, start) = (
      example.energy(Double.self), example.norm(Double.self), example.tokens(Double.self)
    )
    let target = normalTensor(start.values.shape, seed: 79, as: Double.self)
    func gradients(_ run: (EnergySum<Double>, Tokens<Double>) -> Activations<Double>) -> [Tensor<Double>] {
      let dependencies = energy.dependencies.values
      return valueWithGradients(at: [start.values] + dependencies) { inputs in
        let g = run(energy.replacing(inputs.dropFirst()), Tokens(inputs[0], mask: start.mask))
        return (g.values - target).squared().mean()
      }.gradients
    }
    let closed = gradients { energy, tokens in
      example.descent(energy, norm, path: .automatic, isFused: true).run(from: tokens).activations
    }
    let differentiated = gradients { energy, tokens in
      EnergyDescent(
        of: energy.differentiated, lagrangian: norm, stepSize: .schedule([0.2, 0.1, 0.3]),
        stop: .after(steps: example.steps), gradientPath: .unrolled
      ).run(from: tokens).activations
    }
    for (found, expected) in zip(closed, differentiated) {
      expectClose(actual: found, expected: expected, relative: 1e-9, absolute: 1e-12)
    }
  }

  @Test(
    "no token learns of a later one, to the bit: with constant steps, backtracking and preconditioners",
    arguments: [LearnedStepKind.constant, .perStep, .free], [false, true])
  func causality(kind: LearnedStepKind, backtracks: Bool) {
    let example = FusedCase(
      tokenCount: 41, isCausal: true, holdsContext: true, learnedSteps: kind)
    let start = example.tokens(Float.self)
    var changed = start.values.elements
    let (tokens, dimension) = (example.tokenCount, example.dimension)
    let cut = 17
    for index in changed.indices where index / dimension % tokens >= cut { changed[index] *= -1.7 }
    let found = [start.values, Tensor(shape: start.values.shape, elements: changed)].map { values in
      var descent = example.descent(
        example.energy(Float.self), example.norm(Float.self), path: .detached, isFused: true)
      if backtracks { descent.stepSize = .backtracking(from: 3) }
      return descent.run(from: Tokens(values)).tokens.values.sliced(axis: 1, 0..<cut).elements
    }
    #expect(found[0].map(\.bitPattern) == found[1].map(\.bitPattern))
    #expect(found[0] != start.values.sliced(axis: 1, 0..<cut).elements)
  }

  @Test("with backtracking no token's own energy rises, however long the first try", arguments: examples)
  func backtracking(example: FusedCase) {
    let repulsion = Repulsion(direction: normalTensor([example.dimension], seed: 83, as: Float.self) * 2)
    var descent = EnergyDescent(
      of: example.energy(Float.self) + repulsion, lagrangian: example.norm(Float.self),
      stepSize: .constant(1), stop: .after(steps: 6))
    func changes(_ size: any StepSizeRule) -> [TokenEnergyChange<Float>] {
      descent.stepSize = size
      return descent.run(from: example.tokens(Float.self), recording: [.tokenEnergies]).trajectory
        .tokenEnergyChanges
    }
    let kept = changes(.backtracking(from: 60))
    #expect(kept.count == 6)
    #expect(kept.allSatisfy { step in step.own.elements.allSatisfy { $0 <= 0 } })
    #expect(kept[0].own.elements.contains { $0 < 0 })
    // So long a step raises some energies where nothing shortens it.
    #expect(changes(.constant(60)).contains { step in step.own.elements.contains { $0 > 0 } })
  }

  @Test(
    "without the self key no step of any size raises a token's own energy: it is concave, and activations are monotone",
    arguments: examples.filter { !$0.includesSelf }, [0.01, 1, 1_000])
  func concave(example: FusedCase, alpha: Double) {
    var descent = example.descent(
      example.energy(Double.self), example.norm(Double.self), path: .detached, isFused: true)
    descent.stepSize = .constant(alpha)
    descent.stop = .after(steps: 12)
    let changes = descent.run(from: example.tokens(Double.self), recording: [.tokenEnergies]).trajectory
      .tokenEnergyChanges
    #expect(changes[0].own.elements.contains { $0 < -1e-3 })
    for change in changes {
      let slack = change.before.absoluteValue() * 1e-13 + 1e-13
      #expect((change.own - slack).elements.allSatisfy { $0 <= 0 })
    }
  }

  @Test("own and net changes are those of the definition")
  func changes() throws {
    let example = FusedCase(isCausal: true, holdsContext: true, isPadded: true)
    let energy = example.energy(Double.self)
    var descent = example.descent(energy, example.norm(Double.self), path: .detached, isFused: true)
    descent.stop = .after(steps: 1)
    let result = descent.run(from: example.tokens(Double.self), recording: [.tokenEnergies])
    let change = try #require(result.trajectory.tokenEnergyChanges.first)
    let g = descent.lagrangian.activations(at: example.tokens(Double.self))
    let moved = descent.lagrangian.activations(at: result.tokens)
    let before = energy.energyByToken(at: g, context: g)
    expectClose(actual: change.before.sum(axes: [1]), expected: energy.energy(at: g), relative: 1e-12)
    expectClose(
      actual: change.own, expected: energy.energyByToken(at: moved, context: g) - before, relative: 1e-12,
      absolute: 1e-14)
    expectClose(
      actual: change.net, expected: energy.energyByToken(at: moved, context: moved) - before,
      relative: 1e-12, absolute: 1e-14)
  }

  @Test("learned steps multiply the gradient as they say")
  func learnedSteps() {
    let example = FusedCase(steps: 2)
    let (energy, norm, start) = (
      example.energy(Double.self), example.norm(Double.self), example.tokens(Double.self)
    )
    let dimension = example.dimension
    let root = normalTensor([dimension, dimension], seed: 80, as: Double.self)
    let logarithms = normalTensor([dimension], seed: 81, as: Double.self)
    func gradient(_ x: Tensor<Double>) -> Tensor<Double> {
      energy.gradient(at: norm.activations(at: Tokens(x)))
    }
    func check(
      _ learned: LearnedSteps<Double>, _ expected: (_ gradient: Tensor<Double>, _ step: Int) -> Tensor<Double>
    ) {
      var x = start.values
      for (step, size) in [0.2, 0.1].enumerated() { x = x - expected(gradient(x), step) * size }
      for isFused in [true, false] {
        let descent = example.descent(energy, norm, path: .detached, isFused: isFused, learning: learned)
        expectClose(actual: descent.run(from: start).tokens.values, expected: x, relative: 1e-11)
      }
    }
    check(LearnedSteps(logFactors: Tensor(shape: [2], elements: [0.3, -0.4]))) { gradient, step in
      gradient * Tensor([0.3, -0.4][step]).exponential().scalar
    }
    // The last factor repeats.
    check(LearnedSteps(logFactors: Tensor(shape: [1], elements: [0.3]))) { gradient, _ in
      gradient * Tensor(0.3).exponential().scalar
    }
    check(LearnedSteps(preconditioner: .diagonal(logarithms: logarithms))) { gradient, _ in
      gradient * logarithms.exponential()
    }
    check(LearnedSteps(preconditioner: .positiveDefinite(root: root))) { gradient, _ in
      gradient.projected(by: root.projected(by: root, transposed: true), transposed: true)
    }
    check(LearnedSteps(preconditioner: .free(matrix: root))) { gradient, _ in
      gradient.projected(by: root, transposed: true)
    }
  }

  @Test("along tangents a positive definite preconditioner brings the energy down, a negative one up")
  func positiveDefinite() {
    let example = FusedCase(steps: 1)
    let root = normalTensor([7, 7], seed: 82, as: Double.self)
    let matrix = root.projected(by: root, transposed: true)
    func change(_ preconditioner: LearnedSteps<Double>.Preconditioner) -> [Double] {
      var descent = example.descent(
        example.energy(Double.self), example.norm(Double.self), path: .detached, isFused: true,
        learning: LearnedSteps(preconditioner: preconditioner))
      descent.direction = .tangential
      descent.stepSize = .constant(1e-3)
      let energies = descent.run(from: example.tokens(Double.self), recording: [.energies]).trajectory
        .series(of: .total).byStep
      return zip(energies[0], energies[1]).map { $1 - $0 }
    }
    #expect(change(.positiveDefinite(root: root)).allSatisfy { $0 < 0 })
    #expect(change(.free(matrix: -matrix)).allSatisfy { $0 > 0 })
  }
}

/// A convex energy of each token by itself, (w · g)², which long steps raise.
private struct Repulsion<Scalar: TensorScalar>: TokenwiseEnergy {
  let direction: Tensor<Scalar>

  var holdsContext: Bool { false }

  func energy(at g: Activations<Scalar>) -> Tensor<Scalar> {
    energyByToken(at: g, context: g).sum(axes: [1])
  }

  func energyByToken(at g: Activations<Scalar>, context: Activations<Scalar>) -> Tensor<Scalar> {
    (g.realValues * direction).sum(axes: [2]).squared()
  }
}
