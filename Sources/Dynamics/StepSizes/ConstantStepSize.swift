import Foundations
import Tensors

/// The same alpha at every step.
public struct ConstantStepSize: StepSizeRule {
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
