import Foundations
import Tensors

/// How far a step moves: alpha of each step, and whether a step that raises the energy is shortened.
public protocol StepSizeRule: Sendable {
  /// alpha of a step, counted from 0; the first try where steps are shortened.
  func size(at step: Int) -> Double

  /// How a step is shortened; nil when it is taken as it is.
  var backtracking: Backtracking? { get }
}

extension StepSizeRule {
  public var backtracking: Backtracking? { nil }
}

/// How a step that would raise an example's energy is shortened.
public struct Backtracking: Sendable, Equatable {
  /// What alpha is multiplied by, 0 < factor < 1.
  public let factor: Double
  /// How often, before the example stays where it is.
  public let attempts: Int
  /// What an example's last alpha is multiplied by for its next first try; nil to start every step from the size of
  /// the rule.
  ///
  /// An example that stayed starts from the size of the rule again.
  public let growth: Double?

  /// Shortening by `factor` up to `attempts` times; with a growth of at least 1, sizes that adapt to each example.
  public init(factor: Double = 0.5, attempts: Int = 20, growth: Double? = nil) {
    require(factor > 0 && factor < 1, "a backtracking factor lies between 0 and 1, not \(factor)")
    require(attempts > 0, "backtracking needs at least one attempt, not \(attempts)")
    require(growth.map { $0 >= 1 && $0.isFinite } ?? true, "a growth is at least 1, not \(growth ?? 0)")
    self.factor = factor
    self.attempts = attempts
    self.growth = growth
  }
}
