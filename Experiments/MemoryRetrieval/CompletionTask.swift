import EnergyTransformer

/// Images of which a half is hidden, for memories of numbers and of signs.
struct CompletionTask {
  let patterns: ImagePatterns
  /// The stored rows, [stored, dimension]: centred and of length 1.
  let stored: Tensor<Float>
  /// The stored rows that are shown, by their places.
  let shown: [Int]
  let half: ImageHalf
  private let featureCount: Int
  private let random: RandomStream

  init(_ images: ImageSet, count: Int, hiding half: ImageHalf, random: RandomStream) {
    patterns = images.patterns
    stored = images.patterns.rows.gathered(
      RandomPatterns.spaced(count, of: images.patterns.rows.shape[0]), axis: 0)
    shown = RandomPatterns.spaced(100, of: stored.shape[0])
    (self.half, featureCount, self.random) = (half, images.featureCount, random)
  }

  /// What was made of the cues by one memory.
  struct Outcome {
    /// The states, as rows of numbers or signs, [shown, dimension].
    let states: Tensor<Float>
    /// The share of cues whose state is within a tenth of its pattern's length from it.
    let recalled: Double
    /// |state - pattern|² over |pattern|², both over the hidden half alone, all cues together; nil where all images are
    /// alike in that half.
    let hiddenError: Double?
    let meanSteps: Double
  }

  /// 1 where a number of an image is above its mean over the stored images, -1 elsewhere.
  static func signs(_ rows: Tensor<Float>) -> Tensor<Float> { rows.greater(than: 0) * 2 - 1 }

  /// Cues for memories of numbers: the hidden half is 0, the mean image.
  var cues: Tensor<Float> { patterns.hiding(half, of: stored.gathered(shown, axis: 0)) }

  /// Cues for memories of signs: the hidden half is random.
  var signCues: Tensor<Float> {
    let mask = patterns.mask(half)
    let noise = RandomPatterns.signs(shown.count, dimension: patterns.dimension, random)
    return Self.signs(stored.gathered(shown, axis: 0)) * (1 - mask) + noise * mask
  }

  /// Runs a memory to its rest; `beta` counts for memories of numbers.
  func outcome(_ kind: MemoryKind, beta: Float) -> Outcome {
    var options = RetrievalOptions.updates(100)
    let truth: Tensor<Float>
    let found: Retrieval<Float>
    if kind.isBinary {
      let rows = Self.signs(stored)
      truth = rows.gathered(shown, axis: 0)
      found = kind.binary(rows, random.child(1)).retrieve(signCues, options: options)
    } else {
      options.tolerance = 1e-4
      truth = stored.gathered(shown, axis: 0)
      found = kind.continuous(stored, beta: beta, featureCount: featureCount, random.child(1))
        .retrieve(cues, options: options)
    }
    let mask = patterns.mask(half)
    let lengths = RandomPatterns.distances(truth, .zeros(truth.shape))
    let far = RandomPatterns.distances(found.states, truth)
    let errors = ((found.states - truth) * mask).squared().sum().scalar
    let hidden = (truth * mask).squared().sum().scalar
    return Outcome(
      states: found.states,
      recalled: Double(zip(far, lengths).count { $0 <= 0.1 * $1 }) / Double(far.count),
      hiddenError: hidden > 0 ? Double(errors) / Double(hidden) : nil,
      meanSteps: Double(found.steps.reduce(0, +)) / Double(found.steps.count))
  }
}
