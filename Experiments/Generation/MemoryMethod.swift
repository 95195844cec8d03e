import Reporting

/// A way to draw samples that are like stored patterns.
enum MemoryMethod: String, CaseIterable {
  /// Langevin chains, cold and warm.
  case langevin, warm
  /// Chains with Metropolis's rule.
  case adjusted
  /// Chains that cool down from warm to cold before the first sample.
  case cooled
  /// All samples from one chain, cold and warm.
  case single = "single_chain"
  case warmSingle = "warm_single_chain"
  /// Independent draws from the density that the chains are to sample, cold and warm.
  case exact, warmExact = "warm_exact"
  /// Stored patterns with the noise of one step.
  case narrow = "narrow_noise"
  /// Stored patterns, drawn again.
  case replay
  /// Random convex mixtures of all stored patterns.
  case mixture
  /// A Gaussian with the mean and the covariance of the stored patterns.
  case gaussian

  /// Figures that were published for MNIST 3; nil where none is known.
  struct Published {
    var novelty: Double?
    var diversity: Double?
    var energy: Double?
  }

  /// Source: arXiv 2603.06875, code varnerlab/stochastic-attention-study-paper.
  var published: Published? {
    switch self {
    case .langevin: Published(novelty: 0.152, diversity: 0.600, energy: -0.303)
    case .warm: Published(novelty: 0.548, diversity: 0.885, energy: 1.467)
    case .adjusted: Published(novelty: 0.151, diversity: 0.598, energy: -0.305)
    case .single: Published(diversity: 0.282)
    case .warmSingle: Published(diversity: 0.796)
    case .narrow: Published(novelty: 0.004, diversity: 0.450, energy: -0.496)
    case .replay: Published(novelty: 0, diversity: 0.459, energy: -0.5)
    case .mixture: Published(novelty: 0.092, diversity: 0.008)
    case .cooled, .exact, .warmExact, .gaussian: nil
    }
  }

  /// Whether the inverse temperature is the warm one.
  var isWarm: Bool { [.warm, .warmSingle, .warmExact].contains(self) }

  /// What tables call it.
  func label(_ options: MemoryOptions) -> String {
    let beta = "β " + NumberText.roundTrip(isWarm ? options.warmBeta : options.beta)
    return switch self {
    case .langevin, .warm: "Langevin, \(beta)"
    case .adjusted: "Langevin with Metropolis's rule, \(beta)"
    case .cooled:
      "Langevin, cooled from β \(NumberText.roundTrip(options.warmBeta)) to \(NumberText.roundTrip(options.beta))"
    case .single, .warmSingle: "Langevin, one chain, \(beta)"
    case .exact, .warmExact: "Exact draws of the same density, \(beta)"
    case .narrow: "Stored patterns with the noise of one step"
    case .replay: "Stored patterns again"
    case .mixture: "Convex mixtures of stored patterns"
    case .gaussian: "Gaussian of their mean and covariance"
    }
  }
}
