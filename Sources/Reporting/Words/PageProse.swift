import Foundation

/// The prose of a Markdown page, in which numbers must be accounted for.
///
/// Code, generated tables, comments, addresses and names that contain digits, such as CIFAR-10, are no prose: spaces stand in
/// their place, so that positions and lines stay those of the page.
struct PageProse {
  private let page: String
  private var units: [UInt16]

  private static let space = UInt16(UInt8(ascii: " "))
  private static let lineFeed = UInt16(UInt8(ascii: "\n"))

  /// Fenced code; a generated table; a comment; code that is indented behind an empty line; code in a line; an address.
  private static let others = [
    #"(?ms)^ *(```+|~~~+).*?^ *\1 *$"#, #"(?s)<!-- table: .*?<!-- /table -->"#, #"(?s)<!--.*?-->"#,
    #"(?m)(?<=\n\n)(?: {4}.*\n)+"#, #"`+[^`]+`+"#, #"\]\([^)]*\)"#, #"https?://[^\s)>]+"#,
  ]
  private static let name = #"[\p{L}_][\p{L}\p{N}_]*(?:[-.+/][\p{L}\p{N}_]+)*"#

  /// The prose of a page.
  init(_ page: String) {
    self.page = page
    units = Array(page.utf16)
    for pattern in Self.others { blank(matching: pattern) }
  }

  /// Takes a part of the page out.
  mutating func blank(_ range: Range<String.Index>) {
    blank(NSRange(range, in: page))
  }

  /// Takes out some words wherever they stand in what is left, and says whether they stand there.
  mutating func blank(words: String) -> Bool {
    let parts = words.split(separator: " ").map { NSRegularExpression.escapedPattern(for: String($0)) }
    return blank(matching: #"(?<![\d.,])"# + parts.joined(separator: #"\s+"#) + #"(?![\d]|[.,]\d)"#)
  }

  /// What is left of numbers, each with its line.
  var numbers: [(line: Int, number: String)] {
    var prose = self
    prose.blank(matching: Self.name)
    let lines = String(decoding: prose.units, as: UTF16.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    return lines.enumerated().flatMap { index, line in
      line.split { !($0.isNumber || ".,".contains($0)) }
        .filter { $0.contains(where: \.isNumber) }.map { (index + 1, String($0)) }
    }
  }

  @discardableResult
  private mutating func blank(matching pattern: String) -> Bool {
    guard let expression = try? NSRegularExpression(pattern: pattern) else {
      preconditionFailure("\(pattern) is no regular expression")
    }
    let text = String(decoding: units, as: UTF16.self)
    let ranges = expression.matches(in: text, range: NSRange(location: 0, length: units.count)).map(\.range)
    for range in ranges { blank(range) }
    return !ranges.isEmpty
  }

  private mutating func blank(_ range: NSRange) {
    for index in range.location..<range.location + range.length where units[index] != Self.lineFeed {
      units[index] = Self.space
    }
  }
}
