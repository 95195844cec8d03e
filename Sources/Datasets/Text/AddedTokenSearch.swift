/// Finds added tokens in text: from the left, the longest one at a position.
struct AddedTokenSearch: Sendable {
  /// A stretch of text between tokens, or a token's id.
  enum Part {
    case text(Substring)
    case token(Int)
  }

  private var tokens: [AddedToken] = []
  private var trie = PieceTrie()
  /// Whether a token begins with a byte.
  private var begins = [Bool](repeating: false, count: 256)

  /// A search for tokens, each as `spelling` has it.
  init(_ tokens: [AddedToken], spelling: (String) -> String = { $0 }) {
    for token in tokens {
      let bytes = Array(spelling(token.content).utf8)
      guard let first = bytes.first else { continue }
      trie.insert(bytes[...], self.tokens.count)
      self.tokens.append(token)
      begins[Int(first)] = true
    }
  }

  var isEmpty: Bool { tokens.isEmpty }

  /// Calls `body` with every part of a text, in order; stretches of text are not empty.
  func forEachPart(of text: Substring, _ body: (Part) -> Void) {
    let utf8 = text.utf8
    var (start, position) = (utf8.startIndex, utf8.startIndex)
    while let candidate = utf8[position...].firstIndex(where: { begins[Int($0)] }) {
      guard let match = trie.longest(utf8[candidate...]) else {
        position = utf8.index(after: candidate)
        continue
      }
      let token = tokens[match.id]
      var (from, to) = (candidate, utf8.index(candidate, offsetBy: match.length))
      position = to
      if token.isWholeWord,
        Self.isWord(text.unicodeScalars[..<from].last) || Self.isWord(text.unicodeScalars[to...].first)
      {
        continue
      }
      if token.takesSpaceBefore {
        let before = text.unicodeScalars[start..<from]
        from = before.lastIndex { !$0.properties.isWhitespace }.map(before.index(after:)) ?? start
      }
      if token.takesSpaceAfter {
        let after = text.unicodeScalars[to...]
        to = after.firstIndex { !$0.properties.isWhitespace } ?? text.endIndex
      }
      if start < from { body(.text(text[start..<from])) }
      body(.token(token.id))
      (start, position) = (to, to)
    }
    if start < utf8.endIndex { body(.text(text[start...])) }
  }

  /// Whether a character is part of a word: letters, marks, decimal digits, connectors, joiners, as in Unicode's
  /// regular expressions.
  private static func isWord(_ scalar: Unicode.Scalar?) -> Bool {
    guard let properties = scalar?.properties else { return false }
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: return true
    default: return properties.isAlphabetic || properties.isJoinControl
    }
  }
}
