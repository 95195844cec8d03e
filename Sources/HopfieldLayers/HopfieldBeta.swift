import Foundations
import Tensors

/// The inverse temperature of an association: how sharply a state picks stored patterns.
public struct HopfieldBeta: Sendable, Equatable {
  /// One number for all heads or one for each; 1 / sqrt(head size) when nil.
  public var values: [Double]?
  /// Whether beta is a parameter, one number a head.
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

  /// Where each head starts.
  func numbers(headCount: Int, headSize: Int) -> [Double] {
    let given = values ?? [1 / Double(headSize).squareRoot()]
    require(
      [1, headCount].contains(given.count) && given.allSatisfy { $0 > 0 && $0.isFinite },
      "beta is one positive number or one for each of \(headCount) heads, not \(given)")
    return given.count == headCount ? given : Array(repeating: given[0], count: headCount)
  }
}
