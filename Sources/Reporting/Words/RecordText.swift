import Foundation

/// A text with placeholders that run records fill.
///
///     "an error of {masked-images/masked_mse; 4} in {masked-images/train_seconds; time}"
///
/// A placeholder is an expression (`RecordValues.value`) and, behind a semicolon, how it is printed:
///
/// - a number: with this many decimals, thousands separated;
/// - `time`: seconds as "24 s", "20 minutes" or "1.7 hours";
/// - `verdict TRIALS`: ahead, behind or not told apart, of the first method beside the one whose measure is named, by the
///   interval of its advantage, TRIALS being an expression for the number of trials;
/// - `verdicts TRIALS: prefix=name, …`: the same for the methods with these prefixes of the measure, in words.
struct RecordText: Equatable {
  enum Printing: Equatable {
    case digits(Int)
    case time
    case verdict(trials: String)
    case verdicts(trials: String, methods: [Method])
  }

  struct Method: Equatable {
    let prefix: String
    let name: String
  }

  enum Piece: Equatable {
    case words(String)
    case placeholder(expression: String, printing: Printing)
  }

  let pieces: [Piece]

  /// - Throws: `ReportingError` for a placeholder that cannot be read.
  init(_ text: String) throws {
    var pieces: [Piece] = []
    var rest = text[...]
    while let open = rest.firstIndex(of: "{") {
      guard let close = rest[open...].firstIndex(of: "}") else {
        throw ReportingError("\"\(text)\": a placeholder without its }")
      }
      if open > rest.startIndex { pieces.append(.words(String(rest[..<open]))) }
      pieces.append(try Self.placeholder(rest[rest.index(after: open)..<close]))
      rest = rest[rest.index(after: close)...]
    }
    if !rest.isEmpty { pieces.append(.words(String(rest))) }
    self.pieces = pieces
  }

  private static func placeholder(_ text: Substring) throws -> Piece {
    let parts = text.split(separator: ";", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
    guard parts.count == 2 else { throw ReportingError("{\(text)}: expected {expression; digits}") }
    return .placeholder(expression: parts[0], printing: try printing(parts[1], of: text))
  }

  private static func printing(_ text: String, of placeholder: Substring) throws -> Printing {
    if let digits = Int(text), (0...12).contains(digits) { return .digits(digits) }
    if text == "time" { return .time }
    let words = text.split(separator: " ", maxSplits: 1).map(String.init)
    if words.count == 2, words[0] == "verdict" { return .verdict(trials: words[1]) }
    if words.count == 2, words[0] == "verdicts" {
      let parts = words[1].split(separator: ":", maxSplits: 1).map(String.init)
      let methods = parts.last?.split(separator: ",").map { entry -> Method? in
        let ends = entry.split(separator: "=", maxSplits: 1).map {
          $0.trimmingCharacters(in: .whitespaces)
        }
        return ends.count == 2 ? Method(prefix: ends[0], name: ends[1]) : nil
      }
      if parts.count == 2, let methods, !methods.isEmpty, !methods.contains(nil) {
        return .verdicts(trials: parts[0], methods: methods.compactMap(\.self))
      }
    }
    throw ReportingError(
      "{\(placeholder)}: expected digits from 0 to 12, time, verdict TRIALS or verdicts TRIALS: prefix=name, …"
    )
  }

  /// The text with its placeholders filled, piece by piece.
  ///
  /// - Parameter folder: The folder of names that have none.
  func filled(from values: RecordValues, folder: String? = nil) throws -> [String] {
    try pieces.map { piece in
      switch piece {
      case .words(let words): return words
      case .placeholder(let expression, .digits(let digits)):
        return Self.number(try values.value(of: expression, folder: folder), digits: digits)
      case .placeholder(let expression, .time):
        return Self.time(try values.value(of: expression, folder: folder))
      case .placeholder(let measure, .verdict(let trials)):
        return try values.verdict(on: measure, trials: trials, folder: folder).rawValue
      case .placeholder(let measure, .verdicts(let trials, let methods)):
        return try Self.verdicts(on: measure, trials, methods, values, folder: folder)
      }
    }
  }

  /// "ahead of the one and the other; behind a third; not told apart from a fourth".
  private static func verdicts(
    on measure: String, _ trials: String, _ methods: [Method], _ values: RecordValues, folder: String?
  ) throws -> String {
    let place = measure.lastIndex(of: "/").map { measure.index(after: $0) } ?? measure.startIndex
    let found = try methods.map { method in
      try values.verdict(
        on: measure[..<place] + method.prefix + measure[place...], trials: trials, folder: folder)
    }
    let words: [(MethodDifference.Verdict, String)] = [
      (.ahead, "ahead of"), (.behind, "behind"), (.undecided, "not told apart from"),
    ]
    return words.compactMap { verdict, words in
      let names = zip(methods, found).filter { $1 == verdict }.map(\.0.name)
      return names.isEmpty ? nil : "\(words) \(listed(names))"
    }.joined(separator: "; ")
  }

  /// Fixed decimals, thousands separated from 1,000 up as in a sentence.
  private static func number(_ value: Double, digits: Int) -> String {
    let text = NumberText.fixed(value, digits: digits)
    let sign = text.hasPrefix("-") ? 1 : 0
    let whole = text.dropFirst(sign).prefix { $0 != "." }
    guard whole.count == 4, whole.allSatisfy(\.isNumber) else { return text }
    return text.prefix(sign) + whole.prefix(1) + "," + text.dropFirst(sign + 1)
  }

  private static func time(_ seconds: Double) -> String {
    if seconds < 90 { return "\(number(seconds, digits: 0)) s" }
    if seconds < 90 * 60 { return "\(number(seconds / 60, digits: 0)) minutes" }
    return "\(number(seconds / 3600, digits: 1)) hours"
  }
}

extension RecordText {
  /// Where the text stands in a page, whatever its numbers and verdicts are there: the whole match and the range of each
  /// placeholder; any white space of the page answers to a space.
  func places(in page: String) throws -> [(whole: Range<String.Index>, placeholders: [Range<String.Index>])] {
    let pattern = pieces.map { piece in
      switch piece {
      case .words(let words):
        words.split(separator: " ", omittingEmptySubsequences: false)
          .map { NSRegularExpression.escapedPattern(for: String($0)) }.joined(separator: "\\s+")
      case .placeholder(_, let printing): "(\(printing.pattern))"
      }
    }.joined()
    let expression = try NSRegularExpression(pattern: pattern)
    return expression.matches(in: page, range: NSRange(page.startIndex..., in: page)).compactMap { match in
      let ranges = (0..<match.numberOfRanges).compactMap { Range(match.range(at: $0), in: page) }
      guard ranges.count == match.numberOfRanges else { return nil }
      return (ranges[0], Array(ranges.dropFirst()))
    }
  }
}

extension RecordText.Printing {
  private static let number = #"-?\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?"#

  /// Every text that can stand here.
  fileprivate var pattern: String {
    switch self {
    case .digits: Self.number
    case .time: Self.number + #"\s+(?:s|minutes|hours)"#
    case .verdict: #"ahead|behind|not\s+told\s+apart"#
    case .verdicts: #"(?:ahead of|behind|not told apart from) [^.|]*?"#
    }
  }

  /// Whether a page may be given a new text here without a look at the sentence.
  var isRewritable: Bool {
    switch self {
    case .digits, .time: true
    case .verdict, .verdicts: false
    }
  }
}
