import Foundations
public import Tensors

/// A step size that is shortened for each example until its energy does not rise, or until it has fallen by a share of what
/// the gradient predicts.
///
/// Guarantee: no example's energy ever rises. Where contexts are held (`TokenwiseEnergy`) that is said of tokens instead: each
/// has a size of its own, and its own energy never rises in the context that it started the step in, whatever the others do;
/// what the context's change adds may. An earlier token's size does not depend on a later one.
///
/// With a ``Backtracking/sufficientDecrease`` c, each step that moves an example
/// brings down its energy by c times the decrease to first order at least, - (dE/dg)ᵀ M d for a step d (Armijo's condition in
/// the tokens, where the slope is not |dE/dg|²); a decrease that the digits of the energy cannot show is not asked for.
/// Descents of an energy that is bounded below then come to points where that decrease is 0.
///
/// An example whose energy rises even at the shortest try stays where it is, so the energy of a descent never
/// rises, by construction.
///
/// With a growth each example finds its own sizes: they grow by it while its energy falls and are shortened where
/// it would rise (Armijo's search with an expanding first try: Nocedal and Wright, "Numerical optimization",
/// algorithm 3.1 and section 3.5).
///
/// - Cost: One gradient for each try, the last of which is that of the next step.
public struct BacktrackingStepSize: StepSizeRule {
  /// The rule whose size is tried first.
  public let first: any StepSizeRule
  /// The rule by which a size is shortened.
  public let backtracking: Backtracking

  /// Tries the size of another rule first at every step.
  public init(from first: any StepSizeRule, _ backtracking: Backtracking = Backtracking()) {
    self.first = first
    self.backtracking = backtracking
  }

  /// Tries `initial` first at every step.
  public init(from initial: Double, _ backtracking: Backtracking = Backtracking()) {
    require(initial > 0 && initial.isFinite, "a first step size is positive, not \(initial)")
    self.init(from: ConstantStepSize(initial), backtracking)
  }

  public func size<Scalar>(of step: PendingStep<Scalar>) -> Tensor<Scalar> {
    let before = step.energies
    var sizes = firstTries(step)
    for attempt in 0...backtracking.attempts + 1 {
      let size = Tensor(shape: step.sizeShape, elements: sizes)
      let energies = step.energies(after: size)
      let wanted = backtracking.sufficientDecrease > 0 ? step.predictedDecreases(of: size) : nil
      let rises = energies.indices.filter { example in
        sizes[example] > 0
          && !backtracking.accepts(energies[example], after: before[example], predicted: wanted?[example])
      }
      if rises.isEmpty { return size }
      for example in rises {
        sizes[example] = attempt < backtracking.attempts ? sizes[example] * Scalar(backtracking.factor) : 0
      }
    }
    fatalError("backtracking ended with an example that neither moves nor stays")
  }

  public func kept<Scalar>(of step: TakenStep<Scalar>) -> [Tensor<Scalar>] {
    [step.size] + first.kept(of: step)
  }

  /// The size that each example tries first.
  private func firstTries<Scalar>(_ step: PendingStep<Scalar>) -> [Scalar] {
    var asked = step
    asked.kept = Array(step.kept.dropFirst())
    let size = first.size(of: asked)
    let sizes = size.repeated(to: step.sizeShape).elements
    guard let growth = backtracking.growth, let last = step.kept.first?.elements else { return sizes }
    return zip(sizes, last).map { $0 == 0 || $1 == 0 ? $0 : $1 * Scalar(growth) }
  }
}

extension StepSizeRule where Self == BacktrackingStepSize {
  /// Tries `initial` first and shortens it for each example until its energy does not rise.
  public static func backtracking(
    from initial: Double, _ backtracking: Backtracking = Backtracking()
  ) -> BacktrackingStepSize {
    BacktrackingStepSize(from: initial, backtracking)
  }

  /// Tries the size of another rule first and shortens it for each example until its energy does not rise.
  public static func backtracking(
    from first: any StepSizeRule, _ backtracking: Backtracking = Backtracking()
  ) -> BacktrackingStepSize {
    BacktrackingStepSize(from: first, backtracking)
  }
}

/// How a step that would raise an example's energy is shortened.
public struct Backtracking: Sendable, Equatable {
  /// The factor by which alpha is shortened, 0 < factor < 1.
  public let factor: Double
  /// How often a step is shortened before the example stays where it is.
  public let attempts: Int
  /// What an example's last alpha is multiplied by for its next first try; nil to start every step from the size of
  /// the rule.
  ///
  /// An example that stayed starts from the size of the rule again.
  public let growth: Double?

  /// c, the share of the predicted decrease that a step must bring, 0 ..< 1; with 0 the energy must not rise.
  public let sufficientDecrease: Double

  /// Shortening by `factor` up to `attempts` times; with a growth of at least 1, sizes that adapt to each example; with a
  /// sufficient decrease, such as the usual 1e-4, Armijo's search.
  public init(
    factor: Double = 0.5, attempts: Int = 20, growth: Double? = nil, sufficientDecrease: Double = 0
  ) {
    require(
      sufficientDecrease >= 0 && sufficientDecrease < 1,
      "a share of the predicted decrease lies in 0 ..< 1, not \(sufficientDecrease)")
    self.sufficientDecrease = sufficientDecrease
    require(factor > 0 && factor < 1, "a backtracking factor lies between 0 and 1, not \(factor)")
    require(attempts > 0, "backtracking needs at least one attempt, not \(attempts)")
    require(growth.map { $0 >= 1 && $0.isFinite } ?? true, "a growth is at least 1, not \(growth ?? 0)")
    self.factor = factor
    self.attempts = attempts
    self.growth = growth
  }

  /// Whether an example's step is kept that led from one energy to another, a decrease being predicted.
  func accepts<Scalar: TensorScalar>(_ energy: Scalar, after before: Scalar, predicted: Scalar?) -> Bool {
    guard energy <= before else { return false }
    guard let predicted else { return true }
    let wanted = Scalar(sufficientDecrease) * predicted
    return energy <= before - wanted || wanted <= 4 * before.ulp
  }
}
