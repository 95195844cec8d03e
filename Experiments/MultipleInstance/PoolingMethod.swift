import EnergyTransformer

/// How repertoires are told apart, in the order of the tables.
///
/// The kernels of Hopfield pooling are what its heads look for, so they begin at letter pairs of the training
/// part; the baselines are as published, with random kernels. Two ablations exchange the starts, at every witness rate.
enum PoolingMethod: String, CaseIterable {
  case hopfield
  case gatedAttention = "gated_attention"
  case mean
  case maximum
  case kmers
  case hopfieldRandom = "hopfield_random_kernels"
  case gatedAttentionPairs = "gated_attention_from_pairs"

  var title: String {
    switch self {
    case .hopfield: "Hopfield pooling"
    case .gatedAttention: "Attention pooling with a gate"
    case .mean: "Mean pooling"
    case .maximum: "Maximum pooling"
    case .kmers: "Logistic regression on k-mer counts"
    case .hopfieldRandom: "Random kernels with Hopfield pooling"
    case .gatedAttentionPairs: "Kernels from pairs with gated attention"
    }
  }

  /// What Hopfield pooling is compared with.
  static let baselines: [PoolingMethod] = [.gatedAttention, .mean, .maximum, .kmers]
  /// What the start of the kernels is worth.
  static let ablations: [PoolingMethod] = [.hopfieldRandom, .gatedAttentionPairs]

  /// Whether kernels begin at letter pairs.
  var beginsAtPairs: Bool { self == .hopfield || self == .gatedAttentionPairs }

  /// Hands a network of the options to `use`; nil for the method that has none.
  ///
  /// - Parameter pairs: Where its kernels begin, one each, unless it has random ones.
  func withNetwork<Use: NetworkUse>(
    _ options: RepertoireOptions, pairs: [LetterPairs.Pair], random: RandomStream, _ use: Use
  ) throws -> Use.Outcome? {
    let embedding =
      !beginsAtPairs || pairs.isEmpty
      ? SequenceEmbedding<Float>(
        width: options.width, letterCount: AminoAcids.count, kernelCount: options.kernels,
        random: random.child(0))
      : SequenceEmbedding(
        kernels: LetterPairs.kernels(
          pairs, width: options.width, weight: options.pairWeight, variance: options.pairVariance,
          random: random.child(0)))
    func network<Scores: InstanceScores<Float>>(_ scores: Scores) -> SequenceBagNetwork<Scores> {
      SequenceBagNetwork(embedding: embedding, scores: scores)
    }
    let (features, scoresRandom) = (options.kernels, random.child(1))
    switch self {
    case .hopfield where options.keyLayers > 0, .hopfieldRandom where options.keyLayers > 0:
      return try use.with(
        network(
          HopfieldKeyScores<Float>(
            featureCount: features, layerCount: options.keyLayers, beta: options.beta, random: scoresRandom)))
    case .hopfield, .hopfieldRandom:
      return try use.with(
        network(HopfieldHeadScores<Float>(featureCount: features, beta: options.beta)))
    case .gatedAttention, .gatedAttentionPairs:
      return try use.with(
        network(GatedAttentionScores<Float>(featureCount: features, hiddenSize: 32, random: scoresRandom)))
    case .mean: return try use.with(network(MeanScores<Float>()))
    case .maximum: return try use.with(network(MaximumScores<Float>()))
    case .kmers: return nil
    }
  }
}

/// What is done with a network of any pooling.
protocol NetworkUse {
  associatedtype Outcome
  func with<Scores: InstanceScores<Float>>(_ network: SequenceBagNetwork<Scores>) throws -> Outcome
}
