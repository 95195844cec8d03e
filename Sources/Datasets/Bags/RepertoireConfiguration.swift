import Foundations
import Tensors

/// The properties of generated repertoires: ``RepertoireGenerator`` says how they are made.
public struct RepertoireConfiguration: Sendable, Equatable {
  /// The number of repertoires; every second one is positive.
  public var repertoireCount: Int
  /// The number of sequences of each.
  public var sequenceCount: Int
  /// The share of a positive repertoire's sequences that carry a motif.
  public var witnessRate: Double
  /// The motifs; each witness carries one of them.
  public var motifs: [SequenceMotif]
  /// The mean number of letters of a sequence.
  public var meanLength = 14.5
  /// The standard deviation of that number.
  public var lengthDeviation = 1.8
  /// The smallest and the largest number of letters of a sequence.
  public var lengths = 13...20

  /// Repertoires of given numbers, with one or several motifs.
  public init(
    repertoireCount: Int, sequenceCount: Int = 300_000, witnessRate: Double, motifs: [SequenceMotif]
  ) {
    self.repertoireCount = repertoireCount
    self.sequenceCount = sequenceCount
    self.witnessRate = witnessRate
    self.motifs = motifs
  }

  /// The number of witnesses of a positive repertoire.
  public var witnessCount: Int { Int((witnessRate * Double(sequenceCount)).rounded()) }

  /// Stops where the numbers do not fit each other.
  func check() {
    require(
      repertoireCount >= 0 && sequenceCount > 0 && !motifs.isEmpty,
      "\(repertoireCount) repertoires of \(sequenceCount) sequences with \(motifs.count) motifs")
    require((0...1).contains(witnessRate), "witness rate \(witnessRate), expected 0 to 1")
    let shortest = lengths.lowerBound - RepertoireGenerator.conservedLength
    require(
      motifs.allSatisfy { $0.span <= shortest } && lengths.upperBound <= 64,
      "sequences of \(lengths) letters have \(shortest) between their ends, too few for motifs \(motifs)")
  }
}
