import EnergyTransformer
import Foundation
import Reporting

/// Sequences of symbols: where they come from, and what they say.
struct LanguageTask: Sendable {
  enum Source: Sendable {
    case text(CharacterText)
    case listOps(ListOps)
    case brackets(BracketGrammar)
  }

  /// Which sequences.
  enum Part: UInt64, Sendable { case training, selection, validation }

  let source: Source
  let name: String
  /// Of generated tasks, the number of sequences that models are judged on.
  let sequences: Int
  private let split: TextSplit
  private let random: RandomStream

  /// - Parameter withSelection: Whether the last tenth of what is learned from is left for choices.
  init(_ options: DataOptions, seed: UInt64, withSelection: Bool) throws {
    sequences = options.sequences
    random = RandomStream(seed: seed).child(77)
    if let path = options.data {
      let text = try CharacterText(path: path, unit: options.unit)
      source = .text(text)
      name = URL(fileURLWithPath: path).lastPathComponent
      split = TextSplit(count: text.symbols.count, withSelection: withSelection)
      return
    }
    split = TextSplit(count: 0, withSelection: false)
    switch options.task {
    case .listOps: (source, name) = (.listOps(ListOps(depth: options.depth)), "ListOps")
    case .brackets: (source, name) = (.brackets(BracketGrammar()), "brackets that agree")
    }
  }

  /// The number of different symbols.
  var symbolCount: Int {
    switch source {
    case .text(let text): text.vocabulary.count
    case .listOps: ListOps.symbolCount
    case .brackets(let grammar): grammar.symbolCount
    }
  }

  /// What one symbol is called.
  var unit: String { if case .text = source { "character" } else { "symbol" } }

  /// Refuses a text that has no window of some length in a part.
  func check(length: Int, path: String?) throws {
    guard case .text = source, let path else { return }
    for (range, words) in [(split.training, "learn from"), (split.validation, "predict")]
    where range.count <= length {
      throw DataFileError(
        file: path,
        problem: "has \(range.count) characters to \(words), expected more than --context \(length)")
    }
  }

  /// Sequences of length + 1 symbols for an update.
  func batch(count: Int, length: Int, using random: inout RandomStream) -> [[Int]] {
    switch source {
    case .text: return windows(.training).random(count: count, length: length, using: &random)
    case .listOps(let task):
      return (0..<count).map { _ in task.stream(of: .training, length: length + 1, using: &random) }
    case .brackets(let grammar):
      return (0..<count).map { _ in grammar.stream(length: length + 1, using: &random) }
    }
  }

  /// The sequences that models are judged on.
  ///
  /// - Parameter limit: At most so many, spread evenly; every symbol of the text once when nil.
  func evaluated(_ part: Part, length: Int, limit: Int? = nil) -> [TextWindows.Evaluated] {
    if case .text = source {
      let windows = windows(part)
      return limit.map { windows.spread(count: $0, length: length) }
        ?? windows.evaluation(length: length, stride: max(1, length / 2))
    }
    var random = random.child(part.rawValue)
    return (0..<min(sequences, limit ?? sequences)).map { _ in
      let symbols: [Int]
      switch source {
      case .listOps(let task):
        // Counts and choices are made by calculations that training may draw.
        symbols = task.stream(
          of: part == .validation ? .test : .training, length: length + 1, using: &random)
      case .brackets(let grammar): symbols = grammar.stream(length: length + 1, using: &random)
      case .text: symbols = []
      }
      return TextWindows.Evaluated(symbols: symbols, counted: 0..<length)
    }
  }

  private func windows(_ part: Part) -> TextWindows {
    if case .text(let text) = source { return TextWindows(text.symbols[range(of: part)]) }
    return TextWindows(symbols(of: part))
  }

  /// Where a part is in a text.
  private func range(of part: Part) -> Range<Int> {
    switch part {
    case .training: split.training
    case .selection: split.selection
    case .validation: split.validation
    }
  }

  /// The text of a part; of generated tasks, sequences one after the other.
  func symbols(of part: Part) -> [Int] {
    guard case .text(let text) = source else {
      return evaluated(part, length: 1_000).flatMap(\.symbols)
    }
    return Array(text.symbols[range(of: part)])
  }

  /// Symbols as a person would read them.
  func text(of symbols: some Sequence<Int>) -> String {
    switch source {
    case .text(let text): text.vocabulary.text(of: symbols)
    case .listOps: ListOps.text(of: symbols)
    case .brackets(let grammar): symbols.map(grammar.word(of:)).joined(separator: " ")
    }
  }

  /// Bits a byte of UTF-8 that a loss in nats a character comes to on the text that is predicted.
  func bitsPerByte(_ nats: Double) -> Double? {
    guard case .text(let text) = source else { return nil }
    let symbols = text.symbols[split.validation]
    return nats / log(2) * Double(symbols.count) / Double(text.vocabulary.byteCount(of: symbols))
  }

  /// What the page and the record say of the data.
  func fingerprint(_ path: String?) throws -> [DataFingerprint] {
    guard let path, case .text(let text) = source else { return [] }
    return [try DataFingerprint(name: "text", path: path, count: text.symbols.count)]
  }
}
