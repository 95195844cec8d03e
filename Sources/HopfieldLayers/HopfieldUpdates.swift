import Foundations
import Tensors

/// How often a state is updated before the association that gives the output.
///
/// An update moves the state of a head to the mean of its stored patterns, weighted by the association: ξ <-
/// Kᵀ softmax(β K ξ). With no update there is one association, as in attention. There is always a limit: a
/// state between two patterns may take arbitrarily many.
public struct HopfieldUpdates: Sendable, Equatable {
  /// The largest number of updates.
  public let limit: Int
  /// The change of the association, as a Euclidean norm, from which a state counts as settled; nil to make
  /// all updates.
  public let tolerance: Double?
  /// Whose change is compared with the tolerance.
  public let settling: Settling

  /// Whose change ends the updates.
  public enum Settling: Sendable, Equatable {
    /// Each state of each head stops by itself, whatever else is in the batch.
    case eachState
    /// A head stops in the whole batch, once its change over all states of an example is small in every
    /// example: the rule of the published package.
    case wholeBatch
  }

  /// Up to `limit` updates, fewer where the association changes by no more than `tolerance`.
  public init(limit: Int, tolerance: Double? = nil, settling: Settling = .eachState) {
    require(limit >= 0, "the number of updates is at least 0, not \(limit)")
    require(tolerance.map { $0 >= 0 } ?? true, "a tolerance is at least 0, not \(tolerance ?? 0)")
    self.limit = limit
    self.tolerance = tolerance
    self.settling = settling
  }

  /// One association and no update.
  public static let none = HopfieldUpdates(limit: 0)

  /// A fixed number of updates.
  public static func count(_ count: Int) -> HopfieldUpdates { HopfieldUpdates(limit: count) }

  /// Updates of each state until its association changes by no more than `tolerance`, at most `limit` of
  /// them.
  public static func untilSettled(tolerance: Double = 1e-4, atMost limit: Int = 100) -> HopfieldUpdates {
    HopfieldUpdates(limit: limit, tolerance: tolerance)
  }

  /// The rule of the published package: it stops before `maximum` where a head has settled in the whole
  /// batch.
  ///
  /// - Parameters:
  ///   - maximum: `update_steps_max`; nil for no limit there, 1,000 here.
  ///   - tolerance: `update_steps_eps`.
  public static func published(maximum: Int?, tolerance: Double = 1e-4) -> HopfieldUpdates {
    HopfieldUpdates(limit: maximum ?? 1_000, tolerance: tolerance, settling: .wholeBatch)
  }
}

/// The inverse temperature of an association: how sharply a state selects stored patterns.
public struct HopfieldBeta: Sendable, Equatable {
  /// One number for all heads or one for each; 1 / sqrt(head size) when nil.
  public var values: [Double]?
  /// Whether beta is a parameter, one number per head.
  public var isLearned: Bool

  /// A beta of given numbers, or of 1 / sqrt(head size) when `values` is nil.
  public init(_ values: [Double]? = nil, isLearned: Bool = false) {
    self.values = values
    self.isLearned = isLearned
  }

  /// 1 / sqrt(head size) in every head, as in attention.
  public static let inverseRoot = HopfieldBeta()

  /// 1 / sqrt(head size) in every head to begin with, then learned in each head by itself.
  public static let learned = HopfieldBeta(isLearned: true)

  /// The same number in every head.
  public static func value(_ beta: Double) -> HopfieldBeta { HopfieldBeta([beta]) }

  /// A number for each head.
  public static func perHead(_ values: [Double]) -> HopfieldBeta { HopfieldBeta(values) }

  /// The initial beta of each head.
  func numbers(headCount: Int, headSize: Int) -> [Double] {
    let given = values ?? [1 / Double(headSize).squareRoot()]
    require(
      [1, headCount].contains(given.count) && given.allSatisfy { $0 > 0 && $0.isFinite },
      "beta is one positive number or one for each of \(headCount) heads, not \(given)")
    return given.count == headCount ? given : Array(repeating: given[0], count: headCount)
  }
}
