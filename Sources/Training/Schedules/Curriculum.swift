import Foundations
import Tensors

/// The phases of a training run: a value for each share of the updates.
///
/// ```swift
/// let curriculum = Curriculum([(0.7, (steps: 4, stepSize: 0.3)), (0.3, (steps: 12, stepSize: 0.1))])
/// let phase = curriculum.phase(at: update, of: updateCount)
/// ```
public struct Curriculum<Phase: Sendable>: Sendable {
  /// The phases in order, with the share of the updates that each has.
  public let phases: [(fraction: Double, phase: Phase)]

  /// Phases in order; their fractions are positive and add up to 1.
  public init(_ phases: [(fraction: Double, phase: Phase)]) {
    require(
      phases.allSatisfy { $0.fraction > 0 }, "the fractions \(phases.map(\.fraction)) must be positive")
    let sum = phases.reduce(0) { $0 + $1.fraction }
    require(abs(sum - 1) < 1e-9, "the fractions \(phases.map(\.fraction)) add up to \(sum), not 1")
    self.phases = phases
  }

  /// One phase throughout.
  public init(always phase: Phase) { self.init([(fraction: 1, phase: phase)]) }

  /// The phase of an update, counted from 0, in a run of `updateCount`.
  ///
  /// A phase ends after its share of the updates, rounded to the nearest whole number; the last one also
  /// covers updates beyond the end.
  public func phase(at update: Int, of updateCount: Int) -> Phase {
    phases[index(at: update, of: updateCount)].phase
  }

  /// The index of the phase of an update.
  public func index(at update: Int, of updateCount: Int) -> Int {
    require(update >= 0, "updates are counted from 0, not \(update)")
    var end = 0.0
    for (position, phase) in phases.dropLast().enumerated() {
      end += phase.fraction
      if update < Int((end * Double(updateCount)).rounded()) { return position }
    }
    return phases.count - 1
  }
}

extension Curriculum where Phase == Void {
  /// No phases: training that does not change.
  public static var none: Curriculum { Curriculum(always: ()) }
}
