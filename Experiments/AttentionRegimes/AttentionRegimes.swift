import ArgumentParser
import EnergyTransformer
import Foundation

/// What do the heads of a trained encoder do, read as Hopfield retrievals, and which of them can be replaced?
@main
struct AttentionRegimes: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attention-regimes",
    abstract: "Measure how the heads of a trained encoder retrieve, replace them, and say what is lost.")

  @OptionGroup(title: "What is measured") var work: WorkOptions
  @OptionGroup(title: "Beside PyTorch") var peer: PeerOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  func run() throws {
    // A peer that ended is an error to report, not a signal to die from.
    signal(SIGPIPE, SIG_IGN)
    if let threads = work.threads { Parallelism.threadCount = threads }
    let started = Date()
    // Everything that can fail at once comes before any work.
    let model = try LoadedModel(work.model)
    let source = try SourceText(work.text)
    for remark in model.remarks { print(remark) }
    let pairs = try work.pairs.map { try Self.pairs($0) }
    let text = TokenWindows(source.text, tokenizer: model.tokenizer)
    let settings = try Settings(work, peer, quick: output.quick, model: model, windows: text)
    let pytorch =
      peer.noPeers ? nil : try EncoderPeer(peer, model: model, threads: Parallelism.threadCount)
    try OutputFolder.prepare(output.output)
    var record = RunRecord(
      experiment: "attention-regimes", title: "What the heads of \(model.name) do",
      options: recordedOptions(settings), seed: work.seed,
      data: try model.fingerprints() + [source.fingerprint] + pairFingerprint(pairs))
    record.versions["matrix_library"] = SystemLibraries.matrixProducts
    record.versions["vector_unit"] = SystemLibraries.vectorUnit

    let progress = PassProgress(
      total: MeasuredRegimes.tokenCount(text, settings)
        + Replacements.tokenCount(model, text, pairs, settings)
        + (peer.noPeers ? 0 : settings.rounds * settings.sentences * settings.length))
    func timed<Result>(_ name: String, _ body: () throws -> Result) rethrows -> Result {
      let before = Date()
      defer { record.timings[name] = Date().timeIntervalSince(before) }
      return try body()
    }
    let regimes = try timed("regimes") { try MeasuredRegimes(model, text, settings, progress) }
    let replacements = try timed("replacements") {
      try Replacements(model, text, pairs, regimes, settings, progress)
    }
    let comparison = try pytorch.map { pytorch in
      try timed("peer") {
        try PeerComparison(pytorch, model, source, text, settings, seed: work.seed, progress)
      }
    }
    progress.finish()
    for (name, version) in comparison?.versions ?? [:] { record.versions[name] = version }
    record.timings["total"] = Date().timeIntervalSince(started)
    try Report(
      model: model, source: source, text: text, regimes: regimes, replacements: replacements,
      comparison: comparison
    ).write(record, to: output.output)
  }

  /// Pairs whose scores order them.
  private static func pairs(_ path: String) throws -> SentencePairs {
    let found = try SentencePairs.read(URL(fileURLWithPath: path))
    if let score = found.pairs.first?.score, found.pairs.allSatisfy({ $0.score == score }) {
      throw DataFileError(
        file: path,
        problem: "every one of \(found.pairs.count) pairs has the score \(score), expected scores that differ"
      )
    }
    return found
  }

  private func pairFingerprint(_ pairs: SentencePairs?) throws -> [DataFingerprint] {
    guard let pairs, let path = work.pairs else { return [] }
    return [try DataFingerprint(name: "sentence pairs", path: path, count: pairs.pairs.count)]
  }

  /// Every option, by name; files by their bare names.
  private func recordedOptions(_ settings: Settings) -> [String: String] {
    func name(_ path: String) -> String { URL(fileURLWithPath: path).lastPathComponent }
    return [
      "model": work.model.map(name) ?? "none",
      "text": work.text.isEmpty ? "documentation" : work.text.map(name).joined(separator: " "),
      "pairs": work.pairs.map(name) ?? "none",
      "lengths": settings.lengths.map(String.init).joined(separator: " "), "length": "\(settings.length)",
      "windows": "\(settings.windows)", "updates": "\(settings.updates)", "seed": "\(work.seed)",
      "threads": "\(Parallelism.threadCount)", "sentences": "\(settings.sentences)",
      "rounds": "\(settings.rounds)", "peers": "\(!peer.noPeers)", "quick": "\(output.quick)",
    ]
  }
}
