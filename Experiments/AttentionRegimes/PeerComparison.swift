import EnergyTransformer
import Foundation
import Kit
import Reporting

/// This library beside PyTorch: tokens of a mixed text, vectors of hard sentences, time of a pass.
struct PeerComparison: Codable, Sendable {
  private(set) var numbers: [String: Double] = [:]
  let versions: [String: String]
  /// What PyTorch's fastest pass was.
  private(set) var implementation = ""
  private(set) var batch = 0

  init(
    _ peer: EncoderPeer, _ model: LoadedModel, _ source: SourceText, _ text: TokenWindows,
    _ settings: Settings, seed: UInt64, _ progress: WorkProgress
  ) throws {
    versions = peer.versions
    var mixed = MixedScriptText(mixedInto: source.text, random: RandomStream(seed: seed))
    try inTemporaryFolder(named: "attention") { folder in
      try compareTokens(mixed.text(bytes: settings.mixedBytes), model, peer, folder)
      try compareVectors(mixed.sentences(settings.hardSentences), model, peer, folder)
      try compareTimes(model, text, settings, peer, folder, progress)
    }
  }

  /// The comparison of an interrupted run, or one made now.
  static func finished(
    in parts: RegimeParts, _ compare: () throws -> PeerComparison
  ) throws -> PeerComparison {
    guard case .comparison(let found) = try parts.part("pytorch", { .comparison(try compare()) }) else {
      throw RegimePart.misplaced("pytorch")
    }
    return found
  }

  private mutating func compareTokens(
    _ text: String, _ model: LoadedModel, _ peer: EncoderPeer, _ folder: String
  ) throws {
    let path = "\(folder)/mixed.txt"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    let theirs = try peer.ids(ofText: path, through: "\(folder)/ids.safetensors")
    let (ours, seconds) = Stopwatch.timed { model.tokenizer.ids(of: text) }
    numbers["tokenizer_seconds"] = seconds
    numbers["tokens_compared"] = Double(theirs.count)
    numbers["tokens_differing"] = Double(
      zip(ours, theirs).count { $0 != $1 } + abs(ours.count - theirs.count))
    numbers["tokenizer_bytes"] = Double(text.utf8.count)
  }

  private mutating func compareVectors(
    _ texts: [String], _ model: LoadedModel, _ peer: EncoderPeer, _ folder: String
  ) throws {
    let limit = model.configuration.positionCount
    let ids = texts.map { model.tokenizer.sequence(of: $0, limit: limit) }
    let ours = model.encoder.sentenceVectors(of: EncoderTokens(ids: ids))
    let theirs = try peer.sentences(texts, in: folder)
    numbers["sentences_compared"] = Double(texts.count)
    numbers["sentences_other_tokens"] = Double(zip(ids, theirs.ids).count { $0 != $1 })
    let cosines = ours.converted(to: Double.self).rowCosines(with: theirs.vectors.converted(to: Double.self))
    numbers["sentence_cosine_min"] = cosines.min() ?? 0
    numbers["sentence_largest_difference"] = Double(
      (ours - theirs.vectors).absoluteValue().elements.max() ?? 0)
  }

  private mutating func compareTimes(
    _ model: LoadedModel, _ text: TokenWindows, _ settings: Settings, _ peer: EncoderPeer,
    _ folder: String, _ progress: WorkProgress
  ) throws {
    let ids = text.cycled(length: settings.length, number: settings.sentences)
    let path = "\(folder)/timed.safetensors"
    try SafetensorsFile.write(
      path: path,
      arrays: [
        ("ids", StoredArray(shape: [ids.count, settings.length], integers: ids.flatMap { $0 }))
      ])
    let tokens = EncoderTokens(ids: ids)
    _ = model.encoder.sentenceVectors(of: tokens.sequences(0..<min(8, tokens.count)))
    var times = AlternatingTimes()
    for round in 0..<settings.rounds {
      let ownTurn = {
        times.add(Stopwatch.seconds { _ = model.encoder.sentenceVectors(of: tokens) }, to: "own")
      }
      if round.isMultiple(of: 2) { ownTurn() }
      let pass = try peer.pass(ids: path)
      times.add(pass.seconds, to: "pytorch")
      (implementation, batch) = (pass.implementation, pass.batch)
      if !round.isMultiple(of: 2) { ownTurn() }
      progress.advance(by: tokens.tokenCount)
    }
    let seconds = times.median("own") ?? 0
    numbers["seconds_own"] = seconds
    numbers["seconds_pytorch"] = times.median("pytorch")
    numbers["seconds_ratio_pytorch"] = times.ratio("pytorch", to: "own")
    numbers["timed_sentences"] = Double(ids.count)
    numbers["own_gflops"] =
      1e-9 * model.configuration.operationsPerToken(length: settings.length) * Double(tokens.tokenCount)
      / seconds
  }

  /// What came out for sequences of a length, or that PyTorch was not measured.
  static func section(_ comparison: PeerComparison?, length: Int) -> PageSection {
    var section = PageSection("Beside PyTorch")
    guard let comparison else {
      section.addParagraph("PyTorch was not measured in this run.")
      return section
    }
    let numbers = comparison.numbers
    func number(_ name: String) -> Double { numbers[name] ?? 0 }
    func whole(_ name: String) -> String { String(format: "%.0f", number(name)) }
    section.summary = numbers
    section.addParagraph(
      "Tokens of a text of \(String(format: "%.1f", number("tokenizer_bytes") / 1e6)) MB of mixed scripts made for the purpose: "
        + "\(whole("tokens_differing")) of \(whole("tokens_compared")) differ from those of Hugging Face's tokenizers. "
        + "Of \(whole("sentences_compared")) such sentences \(whole("sentences_other_tokens")) have other tokens there; their "
        + "vectors have a cosine of at least 1 - \(bound(1 - number("sentence_cosine_min"))) with those of `transformers` "
        + "from the same weights in float32.")
    section.addParagraph(
      "\(whole("timed_sentences")) sequences of \(length) tokens take this library "
        + String(format: "%.2f s and PyTorch %.2f s", number("seconds_own"), number("seconds_pytorch"))
        + " (medians; PyTorch by the \(comparison.implementation) implementation in batches of \(comparison.batch), the fastest "
        + "of two implementations and four batch sizes), a ratio of "
        + String(format: "%.2f", number("seconds_ratio_pytorch"))
        + ". This library makes \(whole("own_gflops")) GFLOPS.")
    return section
  }

  /// A number of one digit that a small number is not above.
  private static func bound(_ value: Double) -> String {
    guard value > 0 else { return "0" }
    let unit = pow(10, log10(value).rounded(.down))
    return String(format: "%.0e", (value / unit).rounded(.up) * unit)
  }
}
