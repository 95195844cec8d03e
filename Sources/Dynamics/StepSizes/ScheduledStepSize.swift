import Foundations
import Tensors

/// alpha as a function of the step.
public struct ScheduledStepSize: StepSizeRule {
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
