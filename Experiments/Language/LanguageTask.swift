import EnergyTransformer
import Foundation
import Kit
import Reporting

/// A language: a text, or one that is generated and of which everything is known.
struct LanguageTask: Sendable {
  enum Language: Sendable {
    case text(CharacterText)
    case listops(ListOps)
    case brackets(BracketGrammar)
  }

  let language: Language
  let options: DataOptions
  /// The most symbols of a sequence.
  let context: Int
  /// What identifies the text; empty for a generated language.
  let fingerprints: [DataFingerprint]

  /// The language that the options name.
  ///
  /// - Parameter symbolLimit: How much of a text is read; all where nil.
  /// - Throws: An error of one line for a file that cannot be read, or is too short.
  init(_ options: DataOptions, context: Int, symbolLimit: Int? = nil) throws {
    (self.options, self.context) = (options, context)
    guard let path = options.data else {
      language =
        options.kind == .listops
        ? .listops(ListOps(depth: options.depth, nesting: options.nesting))
        : .brackets(
          BracketGrammar(
            classCount: options.classes, kindCount: options.kinds, depth: options.open,
            ending: options.ending))
      fingerprints = []
      return
    }
    var text = try CharacterText(path: path, unit: options.unit)
    fingerprints = [try DataFingerprint(name: "text", path: path, count: text.symbols.count)]
    if let symbolLimit, text.symbols.count > symbolLimit {
      text = CharacterText(text.vocabulary.text(of: text.symbols.prefix(symbolLimit)), unit: options.unit)
    }
    language = .text(text)
    // Of the smallest part, a tenth of nine tenths, there must be something to predict; of what is learned from, whole windows.
    let needed = max(40, 2 * (context + 1))
    guard text.symbols.count >= needed else {
      throw DataFileError(
        file: path,
        problem: "has \(text.symbols.count) \(unit)s, expected at least \(needed) for --context \(context)")
    }
  }

  /// What the page calls it.
  var name: String {
    switch language {
    case .text: String(lastPartOf: options.data) ?? "text"
    case .listops: "ListOps"
    case .brackets: "a bracket grammar"
    }
  }

  /// What a symbol is, in the singular.
  var unit: String {
    guard case .text = language else { return "symbol" }
    return options.unit == .bytes ? "byte" : "character"
  }

  /// Whether it is a text of the user's.
  var isText: Bool { if case .text = language { true } else { false } }

  /// The number of different symbols.
  var symbolCount: Int {
    switch language {
    case .text(let text): text.vocabulary.count
    case .listops: ListOps.symbolCount
    case .brackets(let grammar): grammar.symbolCount
    }
  }

  /// A symbol as it may stand in a table; a shade for the mask.
  func label(of symbol: Int) -> String {
    guard symbol < symbolCount else { return "\u{2591}" }
    return switch language {
    case .text(let text): text.vocabulary.label(of: symbol)
    case .listops: ListOps.words[symbol]
    case .brackets(let grammar): grammar.word(of: symbol)
    }
  }

  /// Symbols as text for a page; what cannot be printed shows as �.
  func shown(_ symbols: some Sequence<Int>) -> String {
    switch language {
    case .text(let text):
      let scalars = text.vocabulary.text(of: symbols).unicodeScalars.map { scalar in
        scalar == "\n" || scalar == "\t" || scalar.properties.generalCategory != .control
          ? scalar : Unicode.Scalar(0xFFFD) ?? scalar
      }
      return String(String.UnicodeScalarView(scalars))
    case .listops: return ListOps.text(of: symbols)
    case .brackets(let grammar): return symbols.map { grammar.word(of: $0) }.joined(separator: " ")
    }
  }

  /// The number of bytes of UTF-8 of some symbols of a text; nil for generated languages.
  func byteCount(of symbols: some Sequence<Int>) -> Int? {
    guard case .text(let text) = language else { return nil }
    return text.vocabulary.byteCount(of: symbols)
  }

  /// What is asked of models.
  var form: ExerciseForm {
    options.masked ? .masked(share: options.mask, symbolCount: symbolCount) : .next
  }
}
