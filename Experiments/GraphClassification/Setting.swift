import EnergyTransformer
import Kit

/// What is tuned of a method's training.
struct Setting: Codable, Equatable, CustomStringConvertible {
  /// The peak rate of AdamW.
  var rate: Double
  /// The weight decay of matrices.
  var weightDecay: Double
  /// The share of a node's features, or of a graph's counts, that training leaves out.
  var dropout: Double

  /// Where trials are drawn from. The rates reach from what suits a transformer to what suits a regression.
  static let rates = 0.0005...0.02, weightDecays = 0.005...0.5, dropouts = 0.0...0.3

  /// The trials of every method and every fold.
  static func drawn(_ count: Int, seed: UInt64) -> [Setting] {
    LatinHypercube.trials(
      count,
      of: [
        TunedNumber(rates, isLogarithmic: true), TunedNumber(weightDecays, isLogarithmic: true),
        TunedNumber(dropouts),
      ], random: RandomStream(seed: seed).child(3)
    ).map { Setting(rate: $0[0], weightDecay: $0[1], dropout: $0[2]) }
  }

  /// The numbers by their names in tables.
  var numbers: KeyValuePairs<String, Double> {
    ["rate": rate, "weight_decay": weightDecay, "dropout": dropout]
  }

  var description: String { "rate \(rate), weight decay \(weightDecay), dropout \(dropout)" }
}
