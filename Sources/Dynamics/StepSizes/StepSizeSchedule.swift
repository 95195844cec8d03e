import Foundations
public import Tensors

/// Step sizes that are known before the descent: alpha as a function of the step.
///
/// Fused kernels take all steps of such a descent at once.
public protocol StepSizeSchedule: StepSizeRule {
  /// alpha of a step, counted from 0.
  func size(at step: Int) -> Double
}

extension StepSizeSchedule {
  public func size<Scalar>(of step: PendingStep<Scalar>) -> Tensor<Scalar> {
    Tensor(repeating: Scalar(size(at: step.index)), shape: [1, 1, 1])
  }
}

/// The same alpha at every step.
public struct ConstantStepSize: StepSizeSchedule {
  /// alpha.
  public let value: Double

  /// The same alpha at every step, at least 0.
  public init(_ value: Double) {
    require(value >= 0 && value.isFinite, "a step size is a finite number of at least 0, not \(value)")
    self.value = value
  }

  public func size(at step: Int) -> Double { value }
}

extension StepSizeRule where Self == ConstantStepSize {
  /// The same alpha at every step.
  public static func constant(_ value: Double) -> ConstantStepSize { ConstantStepSize(value) }
}

/// alpha as a function of the step.
public struct ScheduledStepSize: StepSizeSchedule {
  private let schedule: @Sendable (Int) -> Double

  /// alpha as a function of the step, counted from 0.
  public init(_ schedule: @escaping @Sendable (Int) -> Double) { self.schedule = schedule }

  public func size(at step: Int) -> Double {
    let value = schedule(step)
    require(value >= 0 && value.isFinite, "the step size of step \(step) is \(value)")
    return value
  }
}

extension StepSizeRule where Self == ScheduledStepSize {
  /// alpha as a function of the step, counted from 0.
  public static func schedule(_ schedule: @escaping @Sendable (Int) -> Double) -> ScheduledStepSize {
    ScheduledStepSize(schedule)
  }

  /// alpha of each step in turn; the last one repeats.
  public static func schedule(_ values: [Double]) -> ScheduledStepSize {
    require(!values.isEmpty, "a schedule needs at least one step size")
    return ScheduledStepSize { values[min($0, values.count - 1)] }
  }
}
