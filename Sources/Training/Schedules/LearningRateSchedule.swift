import Foundation
import Foundations
import Tensors

/// The learning rate of each update, counted from 0.
///
/// Where groups of parameters have rates of their own, give the schedule a peak of 1 and each
/// ``ParameterGroup`` its rate as factor.
public struct LearningRateSchedule: Sendable {
  private let rule: @Sendable (_ update: Int) -> Double

  /// A schedule of any form.
  public init(_ rule: @escaping @Sendable (_ update: Int) -> Double) {
    self.rule = rule
  }

  /// The rate of an update.
  public func rate(at update: Int) -> Double {
    require(update >= 0, "updates are counted from 0, not \(update)")
    let rate = rule(update)
    require(rate >= 0 && rate.isFinite, "the learning rate of update \(update) is \(rate)")
    return rate
  }

  /// The same rate always.
  public static func constant(_ rate: Double) -> LearningRateSchedule {
    LearningRateSchedule { _ in rate }
  }

  /// A straight line that would start at 0 before the first update and reaches `peak` with update
  /// `updates` - 1; constant from there on.
  public static func warmUp(peak: Double, updates: Int) -> LearningRateSchedule {
    require(updates >= 0, "a warm-up of \(updates) updates")
    return LearningRateSchedule { update in
      update < updates ? peak * Double(update + 1) / Double(updates) : peak
    }
  }

  /// A linear warm-up, then half a cosine that reaches `finalFraction` of the peak with the last update.
  ///
  /// - Parameters:
  ///   - peak: The highest rate.
  ///   - warmUpUpdates: The last of them has the peak rate.
  ///   - updateCount: The number of updates in all; later ones keep the final rate.
  ///   - finalFraction: The share of the peak that is left at the end.
  public static func warmUpThenCosine(
    peak: Double, warmUpUpdates: Int, updateCount: Int, finalFraction: Double = 0
  ) -> LearningRateSchedule {
    require(
      warmUpUpdates >= 0 && warmUpUpdates <= updateCount,
      "a warm-up of \(warmUpUpdates) of \(updateCount) updates")
    require((0...1).contains(finalFraction), "finalFraction must lie in 0...1, not \(finalFraction)")
    let warmUp = warmUp(peak: peak, updates: warmUpUpdates)
    return LearningRateSchedule { update in
      if update < warmUpUpdates { return warmUp.rate(at: update) }
      if update >= updateCount { return peak * finalFraction }
      let progress = Double(update + 1 - warmUpUpdates) / Double(updateCount - warmUpUpdates)
      return peak * (finalFraction + (1 - finalFraction) * (1 + cos(.pi * progress)) / 2)
    }
  }
}
