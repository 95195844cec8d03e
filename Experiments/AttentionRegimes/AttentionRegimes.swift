import ArgumentParser
import EnergyTransformer
import Foundation
import Kit
import Reporting

/// What do the heads of a trained encoder do, read as Hopfield retrievals, and which of them can be replaced?
@main
struct AttentionRegimes: ExperimentCommand {
  static let configuration = CommandConfiguration(
    commandName: "attention-regimes",
    abstract: "Measure how the heads of a trained encoder retrieve, replace them, and say what is lost.",
    version: SoftwareVersions.library)

  @OptionGroup(title: "What is measured") var work: WorkOptions
  @OptionGroup(title: "Beside PyTorch") var timing: TimingOptions
  @OptionGroup(title: "Output") var output: RunOptions<AttentionRegimes>
  @OptionGroup(title: "Output") var resumption: ResumeOption

  func run() throws {
    if let threads = output.threads { Parallelism.threadCount = threads }
    let started = Date()
    // Everything that can fail at once comes before any work.
    let model = try LoadedModel(work.model)
    let source = try SourceText(work.text)
    for text in model.remarks { remark(text) }
    let pairs = try work.pairs.map { try SentencePairs.readOrdered(URL(fileURLWithPath: $0)) }
    let text = TokenWindows(source.text, tokenizer: model.tokenizer)
    let settings = try Settings(work, timing, quick: output.quick, model: model, windows: text)
    let pytorch =
      timing.peer.peers
      ? try EncoderPeer(timing.peer, model: model, threads: Parallelism.threadCount) : nil
    var record = RunRecord(
      of: self, title: "What the heads of \(model.name) do", seed: output.seed,
      data: try model.fingerprints() + [source.fingerprint])
    if let pairs, let path = work.pairs {
      record.data.append(try DataFingerprint(name: "sentence pairs", path: path, count: pairs.pairs.count))
    }
    record.options.merge(settings.recorded) { $1 }
    try record.prepareFolder(
      output.output, output.writing,
      resumingFrom: resumption.file(RegimeParts.path(inFolder: output.output)))
    let finished = try RegimeParts(
      inFolder: output.output,
      options: record.options.leavingOut("threads")
        .merging(["data-sha256": record.data.map(\.sha256).joined(separator: " ")]) { $1 },
      isResuming: resumption.resume)
    record.headline =
      (1...4).map { "class_\($0)" }
      + ["cosine_after_gaussian_first_layer", "sentence_cosine_min", "seconds_ratio_pytorch"]
    let progress = WorkProgress(
      total: MeasuredRegimes.tokenCount(text, settings)
        + Replacements.tokenCount(model, text, pairs, settings)
        + (pytorch == nil ? 0 : settings.rounds * settings.sentences * settings.length), unit: "tokens")
    progress.advance(by: 0)
    let (regimes, replacements, comparison) = try finished.stoppable {
      let regimes = try record.timed("regimes") {
        try MeasuredRegimes(model, text, settings, finished: finished, progress)
      }
      let replacements = try record.timed("replacements") {
        try Replacements(model, text, pairs, regimes.heads, settings, finished: finished, progress)
      }
      let comparison = try pytorch.map { pytorch in
        try record.timed("peer") {
          try PeerComparison.finished(in: finished) {
            try PeerComparison(pytorch, model, source, text, settings, seed: output.seed, progress)
          }
        }
      }
      return (regimes, replacements, comparison)
    }
    progress.finish()
    record.versions.merge(comparison?.versions ?? [:]) { $1 }
    record.timings["total"] = Date().timeIntervalSince(started)
    try RegimeReport(
      model: model, source: source, text: text, regimes: regimes, replacements: replacements,
      comparison: comparison
    ).report(record).publish(in: output.output)
  }
}
