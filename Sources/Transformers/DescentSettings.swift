public import Dynamics
import Foundations
import Tensors

/// How a block descends its energy: steps, step size, gradient path.
public struct DescentSettings: Sendable, Equatable {
  /// T, the number of steps.
  public var steps: Int
  /// alpha, the step size.
  public var stepSize: Double
  /// How derivatives flow back through the steps.
  public var gradientPath: GradientPath

  /// T steps of size alpha; the published image model takes 12 of 0.1.
  public init(steps: Int = 12, stepSize: Double = 0.1, gradientPath: GradientPath = .automatic) {
    require(steps >= 0, "a descent takes at least 0 steps, not \(steps)")
    require(
      stepSize >= 0 && stepSize.isFinite, "a step size is a finite number of at least 0, not \(stepSize)")
    self.steps = steps
    self.stepSize = stepSize
    self.gradientPath = gradientPath
  }
}
