/// A declaration with its words coloured, its types linked, and a line for each parameter where it is long.
struct DeclarationText {
  let tokens: [DeclarationToken]
  /// The address of what an identifier means.
  let address: (String) -> String?

  /// From this length on each parameter has a line.
  private static let longest = 80

  private static let classes = [
    "keyword": "keyword", "attribute": "attribute", "typeIdentifier": "type", "genericParameter": "type",
    "identifier": "name", "externalParam": "argument", "internalParam": "plain", "number": "number",
    "string": "string", "label": "argument", "text": "plain",
  ]

  /// The declaration as HTML.
  var html: String {
    var lines = ParameterLines(isActive: tokens.reduce(0) { $0 + $1.text.count } > Self.longest)
    return tokens.map { token in
      if token.kind == "identifier" || token.text == "init" || token.text == "subscript" {
        lines.named = true
      }
      let text = Markup.escapedLines(lines.broken(token.text))
      let kind = Self.classes[token.kind] ?? "plain"
      let inside = kind == "plain" ? text : "<span class=\"\(kind)\">\(text)</span>"
      guard let address = token.identifier.flatMap(address) else { return inside }
      return "<a href=\"\(Markup.escaped(address))\">\(inside)</a>"
    }.joined()
  }
}

/// Puts the parameters of a declaration on lines of their own.
private struct ParameterLines {
  let isActive: Bool
  /// Whether the name is past, so that the next bracket opens the parameters.
  var named = false
  private var depth = 0
  private var isDone = false

  init(isActive: Bool) { self.isActive = isActive }

  mutating func broken(_ text: String) -> String {
    guard isActive, named, !isDone else { return text }
    var (result, previous) = ("", Character(" "))
    var dropsSpace = false
    for character in text {
      defer { previous = character }
      if dropsSpace && character == " " { continue }
      dropsSpace = false
      switch character {
      case "(" where depth == 0 && !isDone:
        depth = 1
        result += "(\n  "
        continue
      case "(", "[", "<": if depth > 0 { depth += 1 }
      case ")" where depth == 1:
        (depth, isDone) = (0, true)
        result += "\n)"
        continue
      case ")", "]": depth -= depth > 0 ? 1 : 0
      case ">" where previous != "-": depth -= depth > 0 ? 1 : 0
      case "," where depth == 1:
        result += ",\n  "
        dropsSpace = true
        continue
      default: break
      }
      result.append(character)
    }
    return result
  }
}
