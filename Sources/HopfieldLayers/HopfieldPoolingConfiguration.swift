import Foundations
import Tensors

/// An association and the states that are learned for it.
public struct HopfieldPoolingConfiguration: Sendable, Equatable {
  /// The association.
  public var association: HopfieldConfiguration
  /// The number of states (queries), each of which reads the whole bag.
  public var queryCount: Int
  /// Whether the queries are parameters; otherwise they stay as they were drawn.
  public var learnsQueries = true

  /// So many queries for an association.
  public init(_ association: HopfieldConfiguration, queryCount: Int = 1) {
    require(queryCount > 0, "pooling needs at least one query, not \(queryCount)")
    self.association = association
    self.queryCount = queryCount
  }

  /// Learned queries and the published package's association.
  ///
  /// - Parameters:
  ///   - queries: The number of queries.
  ///   - size: Numbers of a query, a stored pattern and an output pattern.
  ///   - headCount: Heads.
  ///   - headSize: Numbers of a head; `size / headCount` when nil.
  public static func pooling(
    queries: Int = 1, size: Int, headCount: Int = 1, headSize: Int? = nil
  ) -> HopfieldPoolingConfiguration {
    HopfieldPoolingConfiguration(
      .association(size: size, headCount: headCount, headSize: headSize), queryCount: queries)
  }
}
