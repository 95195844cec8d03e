/// Reads HTML piece by piece, as far as links need it.
struct MarkupReader {
  enum Piece {
    case text(String)
    case element(String, [(String, String)], line: Int)
    case end(String)
  }

  private let bytes: [UInt8]
  private var position = 0
  private var line = 1

  /// Elements whose content is no markup.
  private static let opaque: Set<String> = ["script", "style", "textarea"]
  private static let references = [
    ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&"),
  ]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func next() -> Piece? {
    guard position < bytes.count else { return nil }
    guard bytes[position] == UInt8(ascii: "<") else {
      return .text(Self.text(take { $0 == UInt8(ascii: "<") }))
    }
    if starts("<!--") {
      skip(past: "-->")
      return next()
    }
    let second = position + 1 < bytes.count ? bytes[position + 1] : 0
    if second == UInt8(ascii: "!") || second == UInt8(ascii: "?") {
      skip(past: ">")
      return next()
    }
    if second == UInt8(ascii: "/") {
      position += 2
      let name = word()
      skip(past: ">")
      return .end(name)
    }
    position += 1
    guard Self.isLetter(second) else { return .text("<") }
    let start = line
    let name = word()
    let attributes = readAttributes()
    if Self.opaque.contains(name) { skip(to: "</" + name) }
    return .element(name, attributes, line: start)
  }

  private mutating func readAttributes() -> [(String, String)] {
    var found: [(String, String)] = []
    while position < bytes.count {
      _ = take { !Self.isSpace($0) && $0 != UInt8(ascii: "/") }
      guard position < bytes.count, bytes[position] != UInt8(ascii: ">") else { break }
      let name = take { Self.isSpace($0) || "=>/".utf8.contains($0) }.lowercased()
      _ = take { !Self.isSpace($0) }
      guard position < bytes.count, bytes[position] == UInt8(ascii: "=") else {
        if name.isEmpty { position += 1 }
        found.append((name, ""))
        continue
      }
      position += 1
      _ = take { !Self.isSpace($0) }
      guard position < bytes.count else { break }
      let quote = bytes[position]
      if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
        position += 1
        found.append((name, Self.text(take { $0 == quote })))
        position += 1
      } else {
        found.append((name, Self.text(take { Self.isSpace($0) || $0 == UInt8(ascii: ">") })))
      }
    }
    position += 1
    return found
  }

  /// The text up to the first byte that ends it.
  private mutating func take(until isEnd: (UInt8) -> Bool) -> String {
    let start = position
    while position < bytes.count, !isEnd(bytes[position]) {
      if bytes[position] == UInt8(ascii: "\n") { line += 1 }
      position += 1
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func word() -> String {
    take {
      !Self.isLetter($0) && !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) && $0 != UInt8(ascii: "-")
    }
    .lowercased()
  }

  private mutating func skip(past end: String) {
    skip(to: end)
    position = min(bytes.count, position + end.utf8.count)
  }

  private mutating func skip(to end: String) {
    while position < bytes.count, !starts(end) {
      if bytes[position] == UInt8(ascii: "\n") { line += 1 }
      position += 1
    }
  }

  private func starts(_ text: String) -> Bool {
    var index = position
    for byte in text.utf8 {
      guard index < bytes.count, bytes[index] == byte else { return false }
      index += 1
    }
    return true
  }

  private static func text(_ markup: String) -> String {
    guard markup.utf8.contains(UInt8(ascii: "&")) else { return markup }
    return references.reduce(markup) { $0.replacing($1.0, with: $1.1) }
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (65...90).contains(byte) || (97...122).contains(byte)
  }
}
