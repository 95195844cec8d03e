import Energies
import Foundations
public import Tensors

/// How far a step goes: alpha of each example.
///
/// A rule sees where the step starts, may try sizes, and answers with one. What it answers counts as a constant for
/// differentiation. A rule whose sizes depend on nothing but the step is a ``StepSizeSchedule``.
///
/// A rule works on each example by itself, so that an example's descent does not depend on its batch. Where an energy holds
/// contexts (`TokenwiseEnergy`) the energies of a pending step are those of tokens, in the contexts that the step starts
/// in, and so are its sizes; a rule that does not look at energies may still answer with one for all.
public protocol StepSizeRule: Sendable {
  /// alpha of a step, [1, 1, 1] for all or ``PendingStep/sizeShape``; an example, or a token, of size 0 stays where it is.
  func size<Scalar>(of step: PendingStep<Scalar>) -> Tensor<Scalar>

  /// What the rule needs to know of a step that was taken when it is asked for the size of the next; nothing unless a
  /// type says so.
  func kept<Scalar>(of step: TakenStep<Scalar>) -> [Tensor<Scalar>]
}

extension StepSizeRule {
  public func kept<Scalar>(of step: TakenStep<Scalar>) -> [Tensor<Scalar>] { [] }
}

/// A step whose size is sought.
public struct PendingStep<Scalar: TensorScalar> {
  /// The number of steps before it.
  public let index: Int
  /// The arrays that the rule kept of the step before; empty before the first. A rule that asks another hands it its own.
  public var kept: [Tensor<Scalar>]
  let evaluation: Evaluation<Scalar>
  let held: HeldContexts<Scalar>?
  let direction: Tensor<Scalar>
  let trials: StepTrials<Scalar>
  let prediction: StepPrediction<Scalar>

  /// The number of examples.
  public var batch: Int { evaluation.gradient.shape[0] }

  /// The shape of sizes that differ: [batch, 1, 1], or [batch, tokens, 1] where each token descends an energy of its own.
  public var sizeShape: [Int] { [batch, held == nil ? 1 : evaluation.gradient.shape[1], 1] }

  /// What the update rule is given where it starts, [batch, tokens, dimension]: dE/dg unless the descent has another direction.
  public var gradient: Tensor<Scalar> { direction.detached }

  /// The energy of each example where it starts, or of each token where contexts are held.
  public var energies: [Scalar] {
    held.map { $0.energies(of: $0.activations).elements } ?? evaluation.energy.total.elements
  }

  /// The energy of each example after a step of this size, [1, 1, 1] or ``sizeShape``; where contexts are held, of each token in
  /// the context that the step starts in.
  ///
  /// - Cost: One gradient of the energy. If the rule answers with the size that it tried last, the next step starts
  ///   with that gradient. Where contexts are held, one energy of each token.
  public func energies(after size: Tensor<Scalar>) -> [Scalar] { trials.energies(after: size) }

  /// The decrease of each energy to first order after a step of this size: - (dE/dg)ᵀ M d for the displacement d
  /// that the update rule makes of it, M = dg/dx. For a plain step it is alpha (dE/dg)ᵀ M (dE/dg), never negative; that of a
  /// rule with a velocity may be.
  ///
  /// - Cost: One pullback through the Lagrangian a step, whatever the number of sizes.
  public func predictedDecreases(of size: Tensor<Scalar>) -> [Scalar] {
    prediction.decreases(of: trials.outcome(of: size)?.displacement ?? prediction.displacement(size))
  }

  /// The second derivative of each example's energy along the displacement of a step of this size, by the tokens.
  ///
  /// - Cost: One Hessian-vector product of the energy and two derivatives of the Lagrangian.
  /// - Precondition: No context is held.
  public func curvatures(along size: Tensor<Scalar>) -> [Scalar] {
    require(
      held == nil, "the curvature of an energy whose contexts are held is not known: take another step size")
    return prediction.curvatures(along: prediction.displacement(size))
  }
}

/// A step that was taken.
public struct TakenStep<Scalar: TensorScalar> {
  /// alpha, [1, 1, 1], [batch, 1, 1] or, where each token has its own, [batch, tokens, 1].
  public let size: Tensor<Scalar>
  /// The change of the tokens, zero at padding, [batch, tokens, dimension].
  public let displacement: Tensor<Scalar>
  /// What the update rule was given where it started, [batch, tokens, dimension]: dE/dg unless the descent has another direction.
  public let gradient: Tensor<Scalar>
}

/// The sizes that are tried for one step.
final class StepTrials<Scalar: TensorScalar> {
  /// Where a step leads.
  struct Outcome {
    var state: DescentState<Scalar>
    let displacement: Tensor<Scalar>
    /// The energies there, where they have been computed.
    var energies: [Scalar] = []
  }

  private let take: (_ size: Tensor<Scalar>) -> Outcome
  private var last: (size: [Scalar], outcome: Outcome)?
  /// How many gradients of the energy the trials took.
  private(set) var gradientCount = 0

  /// Trials of a step; `take` leaves the evaluation of the new tokens in the state.
  init(_ take: @escaping (_ size: Tensor<Scalar>) -> Outcome) { self.take = take }

  func energies(after size: Tensor<Scalar>) -> [Scalar] {
    let outcome = take(size.detached)
    if outcome.state.evaluation != nil { gradientCount += 1 }
    last = (size.elements, outcome)
    return outcome.energies
  }

  /// Where the step led that was tried last, if it had this size.
  func outcome(of size: Tensor<Scalar>) -> Outcome? {
    guard let last, last.size == size.elements else { return nil }
    return last.outcome
  }
}
