import Foundations
public import Tensors

/// An immune repertoire: the receptor sequences of one individual, and the individual's status.
public struct Repertoire: Sendable, Equatable {
  /// The name of the repertoire.
  public let name: String
  /// Whether the individual has the condition.
  public let isPositive: Bool
  /// The amino acid sequences, letters of ``AminoAcids``.
  public let sequences: SymbolSequences
  /// The number of times that each was seen; nil where that is not known.
  public let counts: [Int32]?
  /// The sequences that carry an implanted motif, in rising order; nil where that is not known.
  public let witnesses: [Int32]?

  /// A repertoire from its parts.
  public init(
    name: String, isPositive: Bool, sequences: SymbolSequences, counts: [Int32]? = nil,
    witnesses: [Int32]? = nil
  ) {
    require(
      counts.map { $0.count == sequences.count } ?? true,
      "\(counts?.count ?? 0) counts for \(sequences.count) sequences of repertoire \(name)")
    (self.name, self.isPositive, self.sequences) = (name, isPositive, sequences)
    (self.counts, self.witnesses) = (counts, witnesses)
  }

  /// A sequence as text.
  public func text(of sequence: Int) -> String { AminoAcids.text(sequences[sequence]) }
}
