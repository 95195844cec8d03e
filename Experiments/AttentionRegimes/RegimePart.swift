import EnergyTransformer
import Kit

/// What is finished of a run that may be interrupted.
typealias RegimeParts = FinishedParts<RegimePart>

/// One measurement, as an interrupted run keeps it.
enum RegimePart: Codable, Sendable {
  /// How every head retrieves, over sequences of one length.
  case regimes([HeadRegime])
  /// The Gaussian weighting of every head.
  case gaussians([GaussianWeighting])
  /// What is left of sentence vectors with some heads replaced.
  case quality(Replacements.Quality)
  /// This library beside PyTorch.
  case comparison(PeerComparison)

  /// An error for a part of another kind than those of its name.
  static func misplaced(_ name: String) -> ExperimentError {
    ExperimentError("parts.json: \(name) is another measurement than its name says")
  }
}
