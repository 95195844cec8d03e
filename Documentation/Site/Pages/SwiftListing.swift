/// Swift code with its words coloured by what they are.
struct SwiftListing {
  let code: String

  private static let keywords: Set<String> = [
    "actor", "any", "as", "associatedtype", "async", "await", "borrowing", "break", "case", "catch", "class",
    "consuming", "continue", "default", "defer", "deinit", "do", "else", "enum", "extension", "fallthrough",
    "false", "fileprivate", "final", "for", "func", "guard", "if", "import", "in", "indirect", "init",
    "inout",
    "internal", "is", "lazy", "let", "mutating", "nil", "nonisolated", "open", "operator", "package",
    "private",
    "protocol", "public", "repeat", "rethrows", "return", "self", "Self", "some", "static", "struct",
    "subscript",
    "super", "switch", "throw", "throws", "true", "try", "typealias", "unowned", "var", "weak", "where",
    "while",
  ]

  /// The code as HTML.
  var html: String {
    var (result, rest) = ("", Substring(code))
    while let first = rest.first {
      let (length, kind) = next(rest, first)
      let text = rest.prefix(length)
      let escaped = Markup.escapedLines(String(text))
      result += kind.map { "<span class=\"\($0)\">\(escaped)</span>" } ?? escaped
      rest = rest.dropFirst(length)
    }
    return result
  }

  /// The length of the next piece, and its class unless it is plain.
  private func next(_ rest: Substring, _ first: Character) -> (length: Int, kind: String?) {
    if rest.hasPrefix("//") { return (rest.prefix { $0 != "\n" }.count, "comment") }
    if rest.hasPrefix("\"\"\"") {
      let body = rest.dropFirst(3)
      guard let end = body.firstRange(of: "\"\"\"") else { return (rest.count, "string") }
      return (6 + body[..<end.lowerBound].count, "string")
    }
    if first == "\"" { return (stringLength(rest), "string") }
    if first.isNumber {
      let length = rest.prefix { $0.isNumber || $0.isLetter || $0 == "_" }.count
      let fraction = rest.dropFirst(length)
      guard fraction.first == ".", fraction.dropFirst().first?.isNumber ?? false else {
        return (length, "number")
      }
      return (
        length + 1 + fraction.dropFirst().prefix { $0.isNumber || $0.isLetter || $0 == "_" }.count, "number"
      )
    }
    if first.isLetter || first == "_" || first == "@" || first == "#" {
      let word = rest.prefix(1) + rest.dropFirst().prefix { $0.isLetter || $0.isNumber || $0 == "_" }
      if Self.keywords.contains(String(word)) { return (word.count, "keyword") }
      if first == "@" || first == "#" { return (word.count, "attribute") }
      return (word.count, first.isUppercase ? "type" : nil)
    }
    return (1, nil)
  }

  private func stringLength(_ rest: Substring) -> Int {
    var (length, isEscaped) = (1, false)
    for character in rest.dropFirst() {
      if character == "\n" { break }
      length += 1
      if character == "\"" && !isEscaped { break }
      isEscaped = character == "\\" && !isEscaped
    }
    return length
  }
}
