import EnergyTransformer
import Kit

/// What is tuned of a method's training.
struct Setting: Codable, Equatable {
  /// The peak rate of Muon, for the matrices of the block.
  var muonRate: Double
  /// The peak rate of AdamW, for all other parameters.
  var rate: Double
  /// The deviation of the block's first weights.
  var weightDeviation: Double
  /// The weight decay of matrices.
  var weightDecay = 0.05

  /// The setting of the options first, then others drawn from ranges around what works for blocks of this size; the same
  /// list for both methods.
  static func trials(_ count: Int, first: Setting, seed: UInt64) -> [Setting] {
    let ranges = [0.005...0.1, 0.001...0.03, 0.01...0.1, 0.005...0.5]
    let drawn = LatinHypercube.trials(
      count - 1, of: ranges.map { TunedNumber($0, isLogarithmic: true) },
      random: RandomStream(seed: seed).child(3))
    return [first]
      + drawn.map { Setting(muonRate: $0[0], rate: $0[1], weightDeviation: $0[2], weightDecay: $0[3]) }
  }

  var text: String {
    "Muon \(muonRate), AdamW \(rate), first weights \(weightDeviation), weight decay \(weightDecay)"
  }
}

extension TrainingOptions {
  /// The setting that was asked for.
  var setting: Setting { Setting(muonRate: muonRate, rate: rate, weightDeviation: weightDeviation) }
}

extension ImageTrainingPlan {
  /// The training that was asked for, or one of another number of updates.
  init(images: PreparedImages, training: TrainingOptions, updateCount: Int? = nil) throws {
    try self.init(
      images: images, batch: training.batch, epochs: training.epochs, seed: training.seed,
      visibleWeight: training.visibleWeight, updateCount: updateCount)
  }
}
