import Foundations
public import Tensors

/// A step size that follows, for each example, from its last step s and the change y of its gradient, as if the
/// energy were quadratic: ⟨s, s⟩ / |⟨s, y⟩| (long) or |⟨s, y⟩| / ⟨y, y⟩ (short), within 1/10 and 100 of the first.
///
/// The absolute value is needed: energies of attention and memories curve downwards along a descent. The energy may
/// rise from step to step; `.backtracking(from: .barzilaiBorwein(from: 0.1))` shortens the steps where it would.
///
/// - Source: Barzilai and Borwein 1988, equations 5 and 6.
/// - Cost: One gradient per step, and two stored arrays.
public struct BarzilaiBorweinStepSize: StepSizeRule {
  /// Which of the two sizes is taken.
  public enum Length: Sendable {
    /// ⟨s, s⟩ / |⟨s, y⟩|.
    case long
    /// |⟨s, y⟩| / ⟨y, y⟩, at most the long one.
    case short
  }

  /// alpha of the first step, and of one whose predecessor says nothing.
  public let initial: Double
  /// Which of the two sizes is taken.
  public let length: Length

  /// Step sizes within 1/10 and 100 of a first one.
  public init(from initial: Double, _ length: Length = .long) {
    require(initial > 0 && initial.isFinite, "a first step size is positive, not \(initial)")
    self.initial = initial
    self.length = length
  }

  public func size<Scalar>(of step: PendingStep<Scalar>) -> Tensor<Scalar> {
    var sizes = [Scalar](repeating: Scalar(initial), count: step.batch)
    if step.kept.count == 2 {
      let (displacement, change) = (step.kept[0], step.gradient - step.kept[1])
      let mixed = (displacement * change).sum(axes: [1, 2]).elements
      let square = (length == .long ? displacement : change).squared().sum(axes: [1, 2]).elements
      for example in sizes.indices {
        let slope = abs(mixed[example])
        let size = length == .long ? square[example] / slope : slope / square[example]
        if size.isFinite { sizes[example] = min(max(size, Scalar(initial / 10)), Scalar(initial * 100)) }
      }
    }
    return Tensor(shape: [step.batch, 1, 1], elements: sizes)
  }

  public func kept<Scalar>(of step: TakenStep<Scalar>) -> [Tensor<Scalar>] {
    [step.displacement, step.gradient]
  }
}

extension StepSizeRule where Self == BarzilaiBorweinStepSize {
  /// Sizes that follow from the last step and the change of its gradient, within 1/10 and 100 of `initial`.
  public static func barzilaiBorwein(
    from initial: Double, _ length: BarzilaiBorweinStepSize.Length = .long
  ) -> BarzilaiBorweinStepSize {
    BarzilaiBorweinStepSize(from: initial, length)
  }
}
