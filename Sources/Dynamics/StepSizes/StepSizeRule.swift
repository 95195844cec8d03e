import Energies
public import Tensors

/// How far a step goes: alpha of each example.
///
/// A rule sees where the step starts, may try sizes, and answers with one. What it answers counts as a constant for
/// differentiation. A rule whose sizes depend on nothing but the step is a ``StepSizeSchedule``.
///
/// A rule works on each example by itself, so that an example's descent does not depend on its batch.
public protocol StepSizeRule: Sendable {
  /// alpha of a step, [1, 1, 1] for all examples or [batch, 1, 1]; an example of size 0 stays where it is.
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
  let trials: StepTrials<Scalar>

  /// The number of examples.
  public var batch: Int { evaluation.gradient.shape[0] }

  /// dE/dg where it starts, [batch, tokens, dimension].
  public var gradient: Tensor<Scalar> { evaluation.gradient.detached }

  /// The energy of each example where it starts.
  public var energies: [Scalar] { evaluation.energy.total.elements }

  /// The energy of each example after a step of this size, [1, 1, 1] or [batch, 1, 1].
  ///
  /// - Cost: One gradient of the energy. If the rule answers with the size that it tried last, the next step starts
  ///   with that gradient.
  public func energies(after size: Tensor<Scalar>) -> [Scalar] { trials.energies(after: size) }
}

/// A step that was taken.
public struct TakenStep<Scalar: TensorScalar> {
  /// alpha, [1, 1, 1] or [batch, 1, 1].
  public let size: Tensor<Scalar>
  /// The change of the tokens, zero at padding, [batch, tokens, dimension].
  public let displacement: Tensor<Scalar>
  /// dE/dg where it started, [batch, tokens, dimension].
  public let gradient: Tensor<Scalar>
}

/// The sizes that are tried for one step.
final class StepTrials<Scalar: TensorScalar> {
  /// Where a step leads.
  struct Outcome {
    var state: DescentState<Scalar>
    let displacement: Tensor<Scalar>
  }

  private let take: (_ size: Tensor<Scalar>) -> Outcome
  private var last: (size: [Scalar], outcome: Outcome)?
  /// How many gradients of the energy the trials took.
  private(set) var gradientCount = 0

  /// Trials of a step; `take` leaves the evaluation of the new tokens in the state.
  init(_ take: @escaping (_ size: Tensor<Scalar>) -> Outcome) { self.take = take }

  func energies(after size: Tensor<Scalar>) -> [Scalar] {
    let outcome = take(size.detached)
    gradientCount += 1
    last = (size.elements, outcome)
    return outcome.state.evaluation?.energy.total.elements ?? []
  }

  /// Where the step led that was tried last, if it had this size.
  func outcome(of size: Tensor<Scalar>) -> Outcome? {
    guard let last, last.size == size.elements else { return nil }
    return last.outcome
  }
}
