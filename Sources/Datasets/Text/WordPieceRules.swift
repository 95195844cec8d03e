/// What a WordPiece tokenizer does to text before it looks for pieces.
public struct WordPieceRules: Sendable, Equatable {
  /// Whether capitals become small letters.
  public var lowersCase: Bool
  /// Whether letters lose accents and other marks without width.
  public var takesAccentsOff: Bool
  /// Whether every Chinese character is a word of its own.
  public var setsIdeographsApart: Bool

  /// Rules by name; accents go with capitals unless told otherwise, as in the published models.
  public init(lowersCase: Bool = true, takesAccentsOff: Bool? = nil, setsIdeographsApart: Bool = true) {
    self.lowersCase = lowersCase
    self.takesAccentsOff = takesAccentsOff ?? lowersCase
    self.setsIdeographsApart = setsIdeographsApart
  }
}
