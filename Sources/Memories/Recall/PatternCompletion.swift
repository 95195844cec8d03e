import Foundations
public import Tensors

/// The completion of stored patterns of which a part is hidden, for memories of numbers and for memories of signs.
public struct PatternCompletion: Sendable {
  /// The stored patterns, [patterns, dimension].
  public let stored: Tensor<Float>
  /// The rows of ``stored`` that are shown as cues.
  public let shown: [Int]
  /// 1 where a number is hidden and 0 elsewhere, [1, dimension].
  public let mask: Tensor<Float>
  private let stream: RandomStream

  /// A task of given patterns.
  ///
  /// - Parameters:
  ///   - stored: The stored patterns, [patterns, dimension].
  ///   - shown: The patterns that are shown in part, by row.
  ///   - mask: 1 where a number is hidden and 0 elsewhere, [1, dimension].
  ///   - stream: Draws the signs that hidden ones are replaced with, and what memories draw; it is not advanced.
  public init(stored: Tensor<Float>, shown: [Int], hidden mask: Tensor<Float>, random stream: RandomStream) {
    require(
      stored.rank == 2 && mask.shape == [1, stored.shape[1]] && !shown.isEmpty,
      "\(shown.count) cues of patterns of shape \(stored.shape) with a mask of shape \(mask.shape)")
    (self.stored, self.shown, self.mask, self.stream) = (stored, shown, mask, stream)
  }

  /// The patterns that are shown in part, [cues, dimension].
  public var patterns: Tensor<Float> { stored.gathered(shown, axis: 0) }

  /// The patterns with 0 where they are hidden.
  public var cues: Tensor<Float> { patterns * (1 - mask) }

  /// 1 where a number is above 0, and -1 elsewhere.
  public static func signs(of rows: Tensor<Float>) -> Tensor<Float> { rows.greater(than: 0) * 2 - 1 }

  /// The signs of the patterns, random ones where they are hidden.
  public var signCues: Tensor<Float> {
    let random = RandomPatterns.signs(shown.count, dimension: stored.shape[1], random: stream)
    return Self.signs(of: patterns) * (1 - mask) + random * mask
  }

  /// The result of retrieval from the cues.
  public struct Outcome: Sendable {
    /// The states where retrieval ended, [cues, dimension].
    public let states: Tensor<Float>
    /// Their errors against the patterns.
    public let errors: RecallErrors
    /// |state - pattern|² over |pattern|², both over what is hidden alone and all cues together; nil where the patterns
    /// are 0 there.
    public let hiddenError: Double?
    /// The mean number of updates.
    public let meanSteps: Double

    /// Whether more cues ended within `tolerance` times their pattern's length of it than of another outcome, or as many
    /// with a smaller error over what is hidden.
    public func isBetter(than other: Outcome, within tolerance: Double) -> Bool {
      let (own, others) = (errors.share(within: tolerance), other.errors.share(within: tolerance))
      return own == others ? (hiddenError ?? 0) < (other.hiddenError ?? 0) : own > others
    }
  }

  /// The memory of ``stored``, or of its signs, by which ``outcome(of:beta:featureCount:stepLimit:tolerance:)`` retrieves.
  ///
  /// - Parameters:
  ///   - kind: The memory.
  ///   - beta: The inverse temperature of a memory of numbers.
  ///   - featureCount: The number of frequencies of a memory of random features.
  public func memory(
    of kind: MemoryKind, beta: Float = 1, featureCount: Int = 8_192
  ) -> any AssociativeMemory<Float> {
    kind.memory(
      of: kind.isBinary ? Self.signs(of: stored) : stored, beta: beta, featureCount: featureCount,
      random: stream.child(1))
  }

  /// Retrieval by a memory of ``stored``: from ``cues``, or from ``signCues`` by one of the signs, until it rests.
  ///
  /// - Parameters:
  ///   - kind: The memory.
  ///   - beta: The inverse temperature of a memory of numbers.
  ///   - featureCount: The number of frequencies of a memory of random features.
  ///   - stepLimit: The largest number of updates.
  ///   - tolerance: A state of numbers rests when an update moves it by no more than this times the largest norm.
  public func outcome(
    of kind: MemoryKind, beta: Float = 1, featureCount: Int = 8_192, stepLimit: Int = 100,
    tolerance: Double = 1e-4
  ) -> Outcome {
    let rows = kind.isBinary ? Self.signs(of: stored) : stored
    var options = RetrievalOptions.updates(stepLimit)
    if !kind.isBinary { options.tolerance = tolerance }
    let memory = memory(of: kind, beta: beta, featureCount: featureCount)
    let found = memory.retrieve(kind.isBinary ? signCues : cues, options: options)
    let truth = rows.gathered(shown, axis: 0)
    let error = ((found.states - truth) * mask).squared().sum().scalar
    let hidden = (truth * mask).squared().sum().scalar
    return Outcome(
      states: found.states, errors: RecallErrors(of: found.states, from: truth),
      hiddenError: hidden > 0 ? Double(error) / Double(hidden) : nil, meanSteps: found.meanSteps)
  }
}

extension PatternCompletion {
  /// Inverse temperatures to choose from for patterns of length 1; none for memories of signs.
  public static func betas(for kind: MemoryKind) -> [Float] {
    switch kind {
    case .softmax, .entmax, .sparsemax: [5, 10, 20, 40, 80, 160, 320]
    case .logSumReLU: stride(from: Float(0.5), through: 1.2, by: 0.1).map { 2 / ($0 * $0) }
    case .randomFeatures: [4, 8, 12, 16, 20]
    default: []
    }
  }

  /// The one of ``betas(for:)`` with the best outcome, of equals the first; nil for memories of signs.
  ///
  /// - Parameters:
  ///   - kind: The kind of memory.
  ///   - featureCount: The frequencies of a memory of random features.
  ///   - tolerance: As for ``Outcome/isBetter(than:within:)``.
  public func bestBeta(of kind: MemoryKind, featureCount: Int = 8_192, within tolerance: Double) -> Float? {
    Self.betas(for: kind).map { ($0, outcome(of: kind, beta: $0, featureCount: featureCount)) }
      .max { $1.1.isBetter(than: $0.1, within: tolerance) }?.0
  }
}
