import Foundations
import Tensors

/// An association and the stored patterns that are learned for it.
public struct HopfieldLookupConfiguration: Sendable, Equatable {
  /// The association.
  public var association: HopfieldConfiguration
  /// The number of stored patterns.
  public var patternCount: Int
  /// Whether stored patterns have targets of their own as values; otherwise their values are themselves.
  public var hasTargets = false
  /// Whether stored patterns are parameters; otherwise they stay as they are.
  public var learnsPatterns = true
  /// Whether targets are parameters; otherwise they stay as they are.
  public var learnsTargets = true

  /// So many stored patterns for an association.
  public init(_ association: HopfieldConfiguration, patternCount: Int) {
    require(patternCount > 0, "a lookup needs at least one stored pattern, not \(patternCount)")
    self.association = association
    self.patternCount = patternCount
  }

  /// Learned patterns and the published package's association.
  ///
  /// - Parameters:
  ///   - patterns: The number of stored patterns.
  ///   - size: Numbers of a state, a stored pattern and an output pattern.
  ///   - headCount: Heads.
  ///   - headSize: Numbers of a head; `size / headCount` when nil.
  public static func lookup(
    patterns: Int, size: Int, headCount: Int = 1, headSize: Int? = nil
  ) -> HopfieldLookupConfiguration {
    HopfieldLookupConfiguration(
      .association(size: size, headCount: headCount, headSize: headSize), patternCount: patterns)
  }
}
