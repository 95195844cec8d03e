import EnergyTransformer
import Kit

/// What is tuned of a network's training.
struct Setting: Codable, Equatable, Sendable {
  /// The peak rate of Muon, for the matrices.
  var muonRate: Double
  /// The peak rate of AdamW, for all other parameters.
  var rate: Double
  /// The weight decay of matrices.
  var weightDecay: Double

  /// The setting of the options first, then others drawn from ranges around what works for blocks of this size; the same list
  /// for all networks.
  static func trials(_ count: Int, first: Setting, seed: UInt64) -> [Setting] {
    let ranges = [0.005...0.1, 0.0005...0.02, 0.005...0.5]
    let drawn = LatinHypercube.trials(
      count - 1, of: ranges.map { TunedNumber($0, isLogarithmic: true) },
      random: RandomStream(seed: seed).child(3))
    return [first] + drawn.map { Setting(muonRate: $0[0], rate: $0[1], weightDecay: $0[2]) }
  }

  var text: String { "Muon \(muonRate), AdamW \(rate), weight decay \(weightDecay)" }
}
