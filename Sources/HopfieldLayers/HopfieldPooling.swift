import Foundations
public import Tensors

/// Pools a bag of patterns into a fixed number of outputs: a ``HopfieldAssociation`` whose states are parameters.
///
/// ```swift
/// let pooling = HopfieldPooling<Float>(.pooling(queries: 2, size: 32), random: RandomStream(seed: 1))
/// let bags = pooling(patterns, masks: AssociationMasks(stored: mask))  // [batch, 2 * 32]
/// ```
///
/// - Shape: stored patterns [batch, m, stored size] give [batch, queries * output size].
/// - Source: Ramsauer et al. 2021, section 3 (`HopfieldPooling` of the package).
/// - Cost: that of an association with as many states as queries; the projections of a few queries do not
///   grow with m.
public struct HopfieldPooling<Scalar: TensorScalar>: Parameterized {
  /// The association.
  public private(set) var association: HopfieldAssociation<Scalar>
  /// The states, [queries, state size].
  public private(set) var queries: Tensor<Scalar>
  /// Whether `queries` is a parameter.
  public let learnsQueries: Bool

  /// A layer whose weights and queries are drawn with the association's deviation.
  public init(_ configuration: HopfieldPoolingConfiguration, random: RandomStream) {
    let association = configuration.association
    var stream = random.child(1)
    let queries = Tensor<Scalar>.normal(
      [configuration.queryCount, association.stateSize], standardDeviation: association.deviation,
      using: &stream)
    self.init(
      HopfieldAssociation(association, random: random.child(0)), queries: queries,
      learnsQueries: configuration.learnsQueries)
  }

  /// A layer of one learned query over an association.
  public init(_ association: HopfieldConfiguration, random: RandomStream) {
    self.init(HopfieldPoolingConfiguration(association), random: random)
  }

  /// A layer of given parts; queries have shape [queries, state size].
  public init(
    _ association: HopfieldAssociation<Scalar>, queries: Tensor<Scalar>, learnsQueries: Bool = true
  ) {
    require(
      queries.rank == 2 && queries.shape[1] == association.configuration.stateSize,
      "queries of shape \(queries.shape), expected [queries, \(association.configuration.stateSize)]")
    self.association = association
    self.queries = queries
    self.learnsQueries = learnsQueries
  }

  /// The pooled bags, [batch, queries * output size].
  ///
  /// - Parameters:
  ///   - stored: The patterns of each bag, [batch, m, stored size].
  ///   - values: The values that are pooled, [batch, m, value size]; the patterns themselves when nil.
  ///   - masks: Which patterns are padding.
  ///   - random: The stream that dropout draws from in training; nil otherwise.
  public func callAsFunction(
    _ stored: Tensor<Scalar>, values: Tensor<Scalar>? = nil, masks: AssociationMasks<Scalar> = .none,
    dropout random: RandomStream? = nil
  ) -> Tensor<Scalar> {
    let pooled = associate(stored, values: values, masks: masks, dropout: random).output
    return pooled.reshaped([pooled.shape[0], pooled.shape[1] * pooled.shape[2]])
  }

  /// The outputs of each query, [batch, queries, output size], and the association that gave them.
  public func associate(
    _ stored: Tensor<Scalar>, values: Tensor<Scalar>? = nil, masks: AssociationMasks<Scalar> = .none,
    dropout random: RandomStream? = nil
  ) -> AssociationResult<Scalar> {
    let states = queries.reshaped([1] + queries.shape)
    return association.associate(
      HopfieldPatterns(states: states, stored: stored, values: values), masks: masks, dropout: random)
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("association", &association)
    if learnsQueries { visit("queries", &queries) }
  }
}

/// An association and the states that are learned for it.
public struct HopfieldPoolingConfiguration: Sendable, Equatable {
  /// The association.
  public var association: HopfieldConfiguration
  /// The number of states (queries), each of which reads the whole bag.
  public var queryCount: Int
  /// Whether the queries are parameters; otherwise they stay as they were drawn.
  public var learnsQueries = true

  /// An association with `queryCount` queries.
  public init(_ association: HopfieldConfiguration, queryCount: Int = 1) {
    require(queryCount > 0, "pooling needs at least one query, not \(queryCount)")
    self.association = association
    self.queryCount = queryCount
  }

  /// Learned queries and the published package's association.
  ///
  /// - Parameters:
  ///   - queries: The number of queries.
  ///   - size: The size of a query, a stored pattern and an output pattern.
  ///   - headCount: The number of heads.
  ///   - headSize: The size of a head; `size / headCount` when nil.
  public static func pooling(
    queries: Int = 1, size: Int, headCount: Int = 1, headSize: Int? = nil
  ) -> HopfieldPoolingConfiguration {
    HopfieldPoolingConfiguration(
      .association(size: size, headCount: headCount, headSize: headSize), queryCount: queries)
  }
}
