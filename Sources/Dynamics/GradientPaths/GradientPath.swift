import Energies
import Foundations
import Tensors

/// How derivatives flow back through a descent.
///
/// The paths through the steps give the same derivatives, of any order, and differ in time and memory; `implicit` and
/// `truncated` are for descents that come to rest.
public enum GradientPath: Sendable, Equatable {
  /// What each step computed is kept where all steps together take at most `memoryLimit` bytes; otherwise one state per
  /// step is kept and each step computed again in the backward pass. Without fused kernels, `recomputed` for energies with
  /// closed forms and `unrolled` for others, the faster of the two.
  case automatic(memoryLimit: Int)
  /// Every step stays in the graph: memory grows with all that a step computes.
  case unrolled
  /// One stored state per step; each step is computed again in the backward pass. Less memory than `unrolled`, and for
  /// energies with closed forms less time.
  case recomputed
  /// The derivative of the rest itself, by the implicit function theorem: memory does not depend on the number of steps.
  ///
  /// Right where the descent came to rest at an isolated point; put ``StoppingRule/rest(below:)`` beside a number of steps.
  /// What the first tokens say reaches an isolated rest only by way of the energy, so that they get no derivative but at
  /// numbers that are held (``EnergyDescent/rates``): let a model give its input to the energy, as a bias. First
  /// derivatives only.
  case implicit(ImplicitGradient)
  /// The derivative of this many steps more, from where the descent stopped, as if it had started there; 1 is the
  /// Jacobian-free gradient of Fung et al. 2021. A direction of descent for a loss where the steps contract, and not its
  /// gradient.
  case truncated(steps: Int)
  /// The result is a constant for differentiation.
  case detached

  /// The derivative of the rest, solved to single precision.
  public static var implicit: GradientPath { .implicit(ImplicitGradient()) }

  /// Keeps up to a gigabyte.
  public static var automatic: GradientPath { .automatic(memoryLimit: 1 << 30) }
}

/// The plainest of the gradient paths: it keeps the graph of every step.
extension EnergyDescent {
  /// Runs pieces of the batch on all cores, each with a graph of its own, where the descent depends on nothing that
  /// is being differentiated but tokens, parameters and context.
  func runUnrolled(from tokens: Tokens<Scalar>, recording: [Recording<Scalar>]) -> DescentResult<Scalar> {
    let ranges = pieces(of: tokens)
    guard ranges.count > 1 else { return runInPlace(from: tokens, recording: recording) }
    let ofEnergy = energy.dependencies.values
    let plain = detached
    let mask = tokens.mask
    let runs = Pieces(ofEnergy + otherParameters, [tokens.values], ranges: ranges) {
      shared, batches, range in
      let descent = plain.examples(range)
        .replacing(shared.prefix(ofEnergy.count), Array(shared.dropFirst(ofEnergy.count)))
      let result = descent.runInPlace(
        from: Tokens(batches[0], mask: mask?.examples(range)), recording: recording)
      return (result.tokens.values, result)
    }
    let results = runs.extras
    guard runs.dependOnInputsOnly, results.allSatisfy(\.stopReason.isFinite) else {
      return runInPlace(from: tokens, recording: recording)
    }
    let final = Tokens(runs.result, mask: mask)
    return DescentResult(
      tokens: final, activations: lagrangian.activations(at: final), stopReason: results[0].stopReason,
      steps: results[0].steps, trajectory: .joined(results.map(\.trajectory)))
  }
}

/// How ``GradientPath/implicit(_:)`` solves its linear system.
public struct ImplicitGradient: Sendable, Equatable {
  /// The residual, as a share of the right side, at which the solution is good enough.
  public var tolerance: Double
  /// The largest number of iterations, each of which takes one Hessian-vector product.
  public var maximumIterations: Int
  /// The residual beyond which there is no gradient: the run ends with a message.
  public var acceptedResidual: Double
  /// Whether the rest may be a saddle or a maximum, where the derivative is one of a point that a descent does not stay at.
  /// Otherwise the run ends with a message where the solution meets a direction in which the energy bends downwards; it is looked
  /// for among the directions that the solution goes through, and not elsewhere.
  public var allowsSaddles: Bool

  /// A solution to a tolerance within so many iterations, or at least to `acceptedResidual`, at a minimum.
  public init(
    tolerance: Double = 1e-7, maximumIterations: Int = 200, acceptedResidual: Double = 0.1,
    allowsSaddles: Bool = false
  ) {
    require(
      tolerance > 0 && maximumIterations > 0 && acceptedResidual >= tolerance,
      "a tolerance above 0 within at least one iteration, and an accepted residual no smaller, not \(tolerance), "
        + "\(maximumIterations) and \(acceptedResidual)")
    self.tolerance = tolerance
    self.maximumIterations = maximumIterations
    self.acceptedResidual = acceptedResidual
    self.allowsSaddles = allowsSaddles
  }
}
