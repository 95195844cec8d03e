import Foundations
public import Tensors

/// Looks states up in a table of learned patterns: a ``HopfieldAssociation`` whose stored patterns are parameters, and so
/// are their targets where it has any.
///
/// - Shape: states [batch, n, state size] give [batch, n, output size].
/// - Source: Ramsauer et al. 2021, section 3 (`HopfieldLayer` of the package).
/// - Cost: that of an association; stored patterns are projected once for the whole batch.
public struct HopfieldLookup<Scalar: TensorScalar>: Parameterized {
  /// The association.
  public private(set) var association: HopfieldAssociation<Scalar>
  /// The stored patterns, [patterns, stored size].
  public private(set) var patterns: Tensor<Scalar>
  /// The values of the stored patterns, [patterns, value size]; the patterns themselves when nil.
  public private(set) var targets: Tensor<Scalar>?
  /// Whether `patterns` is a parameter.
  public let learnsPatterns: Bool
  /// Whether `targets` is a parameter.
  public let learnsTargets: Bool

  /// A layer whose weights, patterns and targets are drawn with the association's deviation.
  public init(_ configuration: HopfieldLookupConfiguration, random: RandomStream) {
    let association = configuration.association
    func table(_ size: Int, _ index: UInt64) -> Tensor<Scalar> {
      var stream = random.child(index)
      return .normal(
        [configuration.patternCount, size], standardDeviation: association.deviation, using: &stream)
    }
    self.init(
      HopfieldAssociation(association, random: random.child(0)), patterns: table(association.storedSize, 1),
      targets: configuration.hasTargets ? table(association.valueSize, 2) : nil,
      learnsPatterns: configuration.learnsPatterns, learnsTargets: configuration.learnsTargets)
  }

  /// A layer that learns from given patterns on, and answers each of them with numbers that are drawn once and stay.
  ///
  /// - Parameters:
  ///   - association: The association.
  ///   - patterns: [patterns, stored size].
  ///   - random: Draws the association's weights, and answers with a deviation of 1.
  public init(_ association: HopfieldConfiguration, learning patterns: Tensor<Scalar>, random: RandomStream) {
    var targets = random.child(2)
    self.init(
      HopfieldAssociation(association, random: random.child(0)), patterns: patterns,
      targets: .normal(
        [patterns.shape[0], association.valueSize], standardDeviation: 1, using: &targets),
      learnsPatterns: true)
  }

  /// A layer of given parts, such as training inputs with their labels.
  ///
  /// - Parameters:
  ///   - association: The association.
  ///   - patterns: [patterns, stored size].
  ///   - targets: [patterns, value size]; the patterns themselves when nil.
  ///   - learnsPatterns: Whether the patterns are parameters.
  ///   - learnsTargets: Whether the targets are parameters.
  public init(
    _ association: HopfieldAssociation<Scalar>, patterns: Tensor<Scalar>, targets: Tensor<Scalar>? = nil,
    learnsPatterns: Bool = false, learnsTargets: Bool = false
  ) {
    let (size, valueSize) = (association.configuration.storedSize, association.configuration.valueSize)
    require(
      patterns.rank == 2 && patterns.shape[1] == size
        && (targets ?? patterns).shape == [patterns.shape[0], valueSize],
      "patterns of shape \(patterns.shape) with targets \((targets ?? patterns).shape): expected "
        + "[count, \(size)] and [count, \(valueSize)]")
    require(
      patterns.shape[0] + association.configuration.extraCount > 0,
      "a lookup needs at least one stored pattern, not shape \(patterns.shape)")
    self.association = association
    self.patterns = patterns
    self.targets = targets
    self.learnsPatterns = learnsPatterns
    self.learnsTargets = learnsTargets
  }

  /// The output for each state, [batch, n, output size].
  ///
  /// - Parameters:
  ///   - states: [batch, n, state size].
  ///   - masks: Which stored patterns states may attend to.
  ///   - random: The stream that dropout draws from in training; nil otherwise.
  public func callAsFunction(
    _ states: Tensor<Scalar>, masks: AssociationMasks<Scalar> = .none, dropout random: RandomStream? = nil
  ) -> Tensor<Scalar> {
    guard canFold(masks) else { return unfolded(states, masks, random).output }
    let found = folded(states, random).output
    return found.reshaped([states.shape[0], states.shape[1], found.shape[2]])
  }

  /// The output for each state and the association that gave it.
  public func associate(
    _ states: Tensor<Scalar>, masks: AssociationMasks<Scalar> = .none, dropout random: RandomStream? = nil
  ) -> AssociationResult<Scalar> {
    guard canFold(masks) else { return unfolded(states, masks, random) }
    let (batch, count) = (states.shape[0], states.shape[1])
    let found = folded(states, random)
    /// From [1, heads, batch * states, …] to [batch, heads, states, …].
    func byExample(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
      let rest = Array(x.shape.dropFirst(3))
      let split = x.reshaped([x.shape[1], batch, count] + rest)
      return split.permuted([1, 0] + Array(2..<split.rank))
    }
    return AssociationResult(
      output: found.output.reshaped([batch, count, found.output.shape[2]]), weights: byExample(found.weights),
      updateCounts: byExample(found.updateCounts), settled: found.settled.map(byExample))
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("association", &association)
    if learnsPatterns { visit("patterns", &patterns) }
    if learnsTargets { visit("targets", &targets) }
  }

  /// Whether the states of all examples can be taken as states of one, which look into the table together.
  private func canFold(_ masks: AssociationMasks<Scalar>) -> Bool {
    let updates = association.configuration.updates
    return masks.stored == nil && masks.scores == nil
      && (updates.tolerance == nil || updates.settling == .eachState)
  }

  private func folded(_ states: Tensor<Scalar>, _ random: RandomStream?) -> AssociationResult<Scalar> {
    require(states.rank == 3, "states have shape [batch, count, size], not \(states.shape)")
    let all = states.reshaped([1, states.shape[0] * states.shape[1], states.shape[2]])
    return unfolded(all, .none, random)
  }

  private func unfolded(
    _ states: Tensor<Scalar>, _ masks: AssociationMasks<Scalar>, _ random: RandomStream?
  ) -> AssociationResult<Scalar> {
    let input = HopfieldPatterns(
      states: states, stored: patterns.reshaped([1] + patterns.shape),
      values: targets.map { $0.reshaped([1] + $0.shape) })
    return association.associate(input, masks: masks, dropout: random)
  }
}

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

  /// An association with `patternCount` stored patterns.
  public init(_ association: HopfieldConfiguration, patternCount: Int) {
    require(patternCount > 0, "a lookup needs at least one stored pattern, not \(patternCount)")
    self.association = association
    self.patternCount = patternCount
  }

  /// Learned patterns and the published package's association.
  ///
  /// - Parameters:
  ///   - patterns: The number of stored patterns.
  ///   - size: The size of a state, a stored pattern and an output pattern.
  ///   - headCount: The number of heads.
  ///   - headSize: The size of a head; `size / headCount` when nil.
  public static func lookup(
    patterns: Int, size: Int, headCount: Int = 1, headSize: Int? = nil
  ) -> HopfieldLookupConfiguration {
    HopfieldLookupConfiguration(
      .association(size: size, headCount: headCount, headSize: headSize), patternCount: patterns)
  }
}
