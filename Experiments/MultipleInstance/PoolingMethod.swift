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

  /// What is tried on all repertoires. Where kernels begin at random for every method, there are no starts to exchange.
  static func tried(_ options: RepertoireOptions) -> [PoolingMethod] {
    [.hopfield] + (options.baselines ? baselines : [])
      + (options.ablations && options.pairWeight > 0 ? [.hopfieldRandom, .gatedAttentionPairs] : [])
  }

  /// What stands before the names of its AUC.
  var prefix: String { self == .hopfield ? "repertoire_" : "repertoire_\(rawValue)_" }

  /// Its index among all methods, by which files and streams of random numbers know it.
  var index: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  /// The network's embedding of sequences; kernels begin at pairs, one each, where there are any and the method wants them.
  func embedding(
    _ options: RepertoireOptions, pairs: [LetterPair], random: RandomStream
  ) -> SequenceEmbedding<Float> {
    guard self == .hopfield || self == .gatedAttentionPairs, !pairs.isEmpty else {
      return SequenceEmbedding(
        width: options.width, letterCount: AminoAcids.count, kernelCount: options.kernels, random: random)
    }
    return SequenceEmbedding(
      kernels: LetterPair.kernels(
        pairs, width: options.width, letterCount: AminoAcids.count, weight: options.pairWeight,
        variance: options.pairVariance, random: random))
  }

  /// What weighs the sequences in the network; nil for the method that has none.
  func scores(_ options: RepertoireOptions, random: RandomStream) -> (any InstanceScores<Float>)? {
    let features = options.kernels
    switch self {
    case .hopfield, .hopfieldRandom:
      return options.keyLayers > 0
        ? HopfieldKeyScores<Float>(
          featureCount: features, layerCount: options.keyLayers, beta: options.beta, random: random)
        : HopfieldHeadScores<Float>(featureCount: features, beta: options.beta)
    case .gatedAttention, .gatedAttentionPairs:
      return GatedAttentionScores<Float>(featureCount: features, hiddenSize: 32, random: random)
    case .mean: return MeanScores<Float>()
    case .maximum: return MaximumScores<Float>()
    case .kmers: return nil
    }
  }
}
