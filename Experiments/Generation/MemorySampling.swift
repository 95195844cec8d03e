import EnergyTransformer
import Foundation
import Kit

/// Draws samples by every method, all with the same number of them.
///
///     E(g) = - 1/beta log sum_mu exp(beta g·xi_mu) + ½ |g|²
///
/// A Langevin step at the temperature 1/beta is the published one, g <- (1 - alpha) g + alpha X softmax(beta Xᵀ g)
/// + sqrt(2 alpha / beta) n. For patterns of one length e^(-beta E) is a mixture of Gaussians of the variance 1/beta about
/// them, all of one weight, so that it can be drawn from exactly too.
struct MemorySampling {
  let stored: StoredImages
  let options: MemoryOptions

  /// What one method drew with one seed.
  struct Draw {
    let samples: Tensor<Float>
    let measures: SampleMeasures
    /// The mean of E over the samples.
    let energy: Double
    /// The energy of each chain at the kept steps, and which those are; nothing where there are no chains.
    var steps: [Int] = []
    var energies: [[Double]] = []
    /// Which of the kept steps gave samples, each one sample a chain.
    var sampled: [Int] = []
    var acceptance: Double?
    /// The share of samples whose nearest stored pattern is not the one their chain started from.
    var leftStart: Double?
  }

  func draw(_ method: MemoryMethod, random: RandomStream) -> Draw {
    var random = random
    let beta = method.isWarm ? options.warmBeta : options.beta
    switch method {
    case .langevin, .warm: return chains(options.chains, beta: beta, using: &random)
    case .adjusted: return chains(options.chains, beta: beta, isAdjusted: true, using: &random)
    case .cooled: return chains(options.chains, beta: beta, cooledFrom: options.warmBeta, using: &random)
    case .single, .warmSingle: return chains(1, beta: beta, using: &random)
    case .exact, .warmExact:
      return draw(noisyPatterns(deviation: (1 / beta).squareRoot(), using: &random), beta: beta)
    case .narrow:
      return draw(
        noisyPatterns(deviation: (2 * options.stepSize / beta).squareRoot(), using: &random), beta: beta)
    case .replay: return draw(noisyPatterns(deviation: 0, using: &random), beta: beta)
    case .mixture: return draw(mixtures(using: &random), beta: beta)
    case .gaussian: return draw(gaussian(using: &random), beta: beta)
    }
  }

  // MARK: Chains

  /// Samples of chains that start near stored patterns, different ones where there are enough: as many of each chain, at steps
  /// evenly spaced behind burn-in.
  ///
  /// - Parameter warm: The inverse temperature of the first step, from which temperatures fall by equal ratios to 1/beta during
  ///   burn-in; the energy is that of beta all the way.
  private func chains(
    _ count: Int, beta: Double, isAdjusted: Bool = false, cooledFrom warm: Double? = nil,
    using random: inout RandomStream
  ) -> Draw {
    let order = random.permutation(of: stored.count)
    let starts = (0..<count).map { order[$0 % stored.count] }
    let noise = Tensor<Float>.normal([count, stored.dimension], standardDeviation: 0.01, using: &random)
    let start = stored.patterns.gathered(starts, axis: 0) + noise
    let burnIn = options.burnIn
    let sampler = LangevinSampler(
      of: energy(beta: beta), lagrangian: IdentityLagrangian<Float>(), stepSize: options.stepSize,
      isAdjusted: isAdjusted
    ) { step in
      guard let warm, step < burnIn else { return 1 / beta }
      return pow(warm / beta, Double(step) / Double(burnIn)) / warm
    }
    // Kept so often that one chain has all samples behind burn-in, its first step among them.
    let interval = (options.steps - burnIn) / options.samples
    let first = burnIn % interval
    let found = sampler.run(
      from: Tokens(start.reshaped([count, 1, stored.dimension])), steps: options.steps, burnIn: first,
      keepingEvery: interval, using: &random)
    let chosen = (burnIn / interval..<found.states.count).evenlySpaced(options.samples / count)
    let samples = Tensor.concatenated(
      chosen.map { found.states[$0].reshaped([count, stored.dimension]) }, axis: 0)
    var result = draw(samples, beta: beta)
    result.sampled = chosen
    result.acceptance = found.acceptance
    result.steps = found.states.indices.map { first + $0 * interval + 1 }
    result.energies = found.energies.map { $0.elements.map { published(Double($0), beta: beta) } }
    // The chains lie one after the other in what each step kept.
    let left = result.measures.nearest.enumerated().count { starts[$0.offset % count] != $0.element }
    result.leftStart = Double(left) / Double(options.samples)
    return result
  }

  private func energy(beta: Double) -> PatternMemoryEnergy<Float> {
    PatternMemoryEnergy(memories: stored.patterns.permuted([1, 0]), beta: Float(beta))
  }

  /// The published energy from that of the library, which adds log N / beta and half the largest squared length, here 1.
  private func published(_ energy: Double, beta: Double) -> Double {
    energy - 0.5 - log(Double(stored.count)) / beta
  }

  /// The measures of samples.
  private func draw(_ samples: Tensor<Float>, beta: Double) -> Draw {
    let g = Activations(samples.reshaped([samples.shape[0], 1, stored.dimension]))
    let energies = energy(beta: beta).energy(at: g).elements
    return Draw(
      samples: samples, measures: SampleMeasures(of: samples, stored: stored.patterns),
      energy: published(energies.reduce(0) { $0 + Double($1) } / Double(energies.count), beta: beta))
  }

  // MARK: Independent draws

  private func noisyPatterns(deviation: Double, using random: inout RandomStream) -> Tensor<Float> {
    let indices = (0..<options.samples).map { _ in random.integer(below: stored.count) }
    return stored.patterns.gathered(indices, axis: 0)
      + .normal([options.samples, stored.dimension], standardDeviation: deviation, using: &random)
  }

  /// Mixtures whose weights are uniform over all weights that add up to 1.
  private func mixtures(using random: inout RandomStream) -> Tensor<Float> {
    let shape = [options.samples, stored.count]
    let logarithms = (0..<shape[0] * shape[1]).map { _ in Float(-log(1 - random.uniform())) }
    let weights = Tensor(shape: shape, elements: logarithms)
    return (weights / weights.sum(axes: [1], keepingDimensions: true)).matrixProduct(stored.patterns)
  }

  /// Draws of the Gaussian on all principal components: normal combinations of the centred patterns have their covariance.
  private func gaussian(using random: inout RandomStream) -> Tensor<Float> {
    let mean = stored.patterns.mean(axes: [0], keepingDimensions: true)
    let normal = Tensor<Float>.normal(
      [options.samples, stored.count], standardDeviation: 1 / Double(stored.count - 1).squareRoot(),
      using: &random)
    return normal.matrixProduct(stored.patterns - mean) + mean
  }

  // MARK: Sweep

  /// What short chains and exact draws give at an inverse temperature.
  func point(beta: Double, random: RandomStream) -> [String: Double] {
    var shorter = options
    shorter.steps = min(options.steps, max(1_000, options.samples))
    shorter.burnIn = min(shorter.steps / 2, shorter.steps - options.samples)
    let sampling = MemorySampling(stored: stored, options: shorter)
    var (ofChains, ofDraws) = (random.child(0), random.child(1))
    let chains = sampling.chains(options.chains, beta: beta, using: &ofChains)
    let draws = sampling.draw(
      sampling.noisyPatterns(deviation: (1 / beta).squareRoot(), using: &ofDraws), beta: beta)
    return [
      "novelty": chains.measures.novelty, "exact_novelty": draws.measures.novelty,
      "noise_novelty": noiseNovelty(beta: beta), "entropy": entropy(chains.samples, beta: beta),
    ]
  }

  /// The novelty that noise of the variance 1/beta alone gives a pattern of length 1 in so many dimensions.
  func noiseNovelty(beta: Double) -> Double { 1 - 1 / (1 + Double(stored.dimension) / beta).squareRoot() }

  /// The mean entropy of the weights of stored patterns at samples, as a share of its largest.
  private func entropy(_ samples: Tensor<Float>, beta: Double) -> Double {
    let weights = samples.matrixProduct(stored.patterns, otherTransposed: true).softmax(scale: Float(beta))
    let sum = weights.elements.reduce(0.0) { $1 > 0 ? $0 - Double($1) * log(Double($1)) : $0 }
    return sum / Double(samples.shape[0]) / log(Double(stored.count))
  }
}
