import ArgumentParser
import EnergyTransformer
import Foundation
import Kit

/// What is measured.
struct WorkOptions: ParsableArguments, RecordedOptions {
  @Option(
    help: "A folder of the BERT family as published: config.json, model.safetensors, vocab.txt; no default.")
  var model: String?
  @Option(parsing: .upToNextOption, help: "Text files in UTF-8; this package's documentation when left out.")
  var text: [String] = []
  @Option(
    help:
      "Sentence pairs: two sentences and their score between tabs, or columns with names; none when left out."
  )
  var pairs: String?
  @Option(parsing: .upToNextOption, help: "Lengths in tokens with begin and end; 32, 128, 512 when left out.")
  var lengths: [Int] = []
  @Option(help: "The length at which heads are replaced and counted; 128 when left out.") var length: Int?
  @Option(help: "The most sequences of each length; 128 when left out, 8 with --quick.") var windows: Int?
  @Option(help: "Updates of the Hopfield retrieval that replaces heads.") var updates = 2

  func validate() throws {
    try checkNames([("model", model), ("pairs", pairs)])
    try checkNames(text.map { ("text", $0) })
    if Set(lengths).count != lengths.count { throw ValidationError("--lengths: a length is named twice") }
    try checkRanges(
      (lengths + [length ?? 128]).map { ("lengths", $0, 4...65_536) } + [
        ("windows", windows ?? 4, 4...1_000_000), ("updates", updates, 2...1_000),
      ])
  }

  var recordedOtherwise: [String: String?] {
    [
      "model": String(lastPartOf: model) ?? "none", "pairs": String(lastPartOf: pairs) ?? "none",
      "text": text.isEmpty
        ? "documentation" : text.compactMap { String(lastPartOf: $0) }.joined(separator: " "),
    ]
  }
}

/// What it is compared with.
struct TimingOptions: ParsableArguments {
  @Option(help: "Sequences of a timed pass; 1000 when left out, 16 with --quick.") var sentences: Int?
  @Option(help: "Rounds, in each of which both take their turn; 3 when left out.") var rounds: Int?
  @OptionGroup var peer: PeerOptions

  func validate() throws {
    try checkRanges([("sentences", sentences ?? 1, 1...1_000_000), ("rounds", rounds ?? 1, 1...1_000)])
  }
}

/// How much is measured: what options say, or what they leave out.
struct Settings {
  /// All lengths, rising, that of the replacements among them.
  let lengths: [Int]
  /// The length at which heads are replaced.
  let length: Int
  let windows: Int, updates: Int, sentences: Int, rounds: Int, curvePoints: Int
  /// Bytes of the text for the tokenizer, and sentences of that kind.
  let mixedBytes: Int, hardSentences: Int

  /// - Throws: one line where the model knows fewer positions or the text has too few tokens.
  init(
    _ work: WorkOptions, _ timing: TimingOptions, quick: Bool, model: LoadedModel, windows text: TokenWindows
  ) throws {
    let longest = model.configuration.positionCount
    let usual = quick ? [16, 32] : [32, 128, 512]
    length = work.length ?? min(quick ? 32 : 128, longest)
    let asked =
      work.lengths.isEmpty ? usual.filter { $0 <= longest && text.count(length: $0) >= 4 } : work.lengths
    lengths = Set(asked + [length]).sorted()
    windows = work.windows ?? (quick ? 8 : 128)
    updates = work.updates
    sentences = timing.sentences ?? (quick ? 16 : 1_000)
    rounds = timing.rounds ?? (quick ? 1 : 3)
    curvePoints = quick ? 3 : 12
    (mixedBytes, hardSentences) = (quick ? 20_000 : 1_000_000, quick ? 20 : 200)
    if let bad = lengths.first(where: { $0 > longest }) {
      let option = bad == work.length ? "--length" : "--lengths"
      throw DataFileError(
        file: model.folder.configurationURL.path,
        problem: "field max_position_embeddings: \(longest), expected at least \(bad) for \(option)")
    }
    if let bad = lengths.first(where: { text.count(length: $0) < 4 }) {
      let found = "\(text.ids.count) tokens give \(text.count(length: bad)) sequences of \(bad)"
      throw DataFileError(file: "--text", problem: "\(found), expected at least 4")
    }
  }

  /// What a record says of the options that this decides.
  var recorded: [String: String] {
    [
      "lengths": lengths.map(String.init).joined(separator: " "), "length": "\(length)",
      "windows": "\(windows)", "sentences": "\(sentences)", "rounds": "\(rounds)",
    ]
  }
}
