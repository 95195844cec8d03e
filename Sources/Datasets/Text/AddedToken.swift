/// A token that text spells out and that is one id, never cut into pieces: `[CLS]`, or one that a model was given later.
///
/// - Source: `AddedToken` of Hugging Face's `tokenizers`.
public struct AddedToken: Sendable, Equatable {
  /// Its id.
  public let id: Int
  /// Its spelling in text.
  public let content: String
  /// Whether it counts only where no letter, digit or underscore stands beside it.
  public let isWholeWord: Bool
  /// Whether white space before it, and behind it, belongs to it.
  public let takesSpaceBefore: Bool, takesSpaceAfter: Bool
  /// Whether it is looked for in text without capitals and accents, as the rules make it, and not in text as it is.
  public let isNormalized: Bool

  /// A token by its parts.
  public init(
    id: Int, content: String, isWholeWord: Bool = false, takesSpaceBefore: Bool = false,
    takesSpaceAfter: Bool = false, isNormalized: Bool = false
  ) {
    (self.id, self.content, self.isWholeWord) = (id, content, isWholeWord)
    (self.takesSpaceBefore, self.takesSpaceAfter) = (takesSpaceBefore, takesSpaceAfter)
    self.isNormalized = isNormalized
  }

  /// Compared by bytes: canonically equal spellings are two.
  public static func == (a: AddedToken, b: AddedToken) -> Bool {
    a.id == b.id && a.content.utf8.elementsEqual(b.content.utf8) && a.isWholeWord == b.isWholeWord
      && a.takesSpaceBefore == b.takesSpaceBefore && a.takesSpaceAfter == b.takesSpaceAfter
      && a.isNormalized == b.isNormalized
  }
}
