import EnergyTransformer
import Foundation

/// How much is measured: what options say, or what they leave out.
struct Settings {
  /// All lengths, rising, that of the replacements among them.
  let lengths: [Int]
  /// The length at which heads are replaced.
  let length: Int
  let windows: Int
  let updates: Int
  let sentences: Int, rounds: Int
  let curvePoints: Int
  /// Bytes of the text for the tokenizer, and sentences of that kind.
  let mixedBytes: Int, hardSentences: Int

  /// - Throws: one line where the model knows fewer positions or the text has too few tokens.
  init(
    _ work: WorkOptions, _ peer: PeerOptions, quick: Bool, model: LoadedModel, windows text: TokenWindows
  ) throws {
    let longest = model.configuration.positionCount
    let usual = quick ? [16, 32] : [32, 128, 512]
    length = work.length ?? min(quick ? 32 : 128, longest)
    let asked =
      work.lengths.isEmpty ? usual.filter { $0 <= longest && text.count(length: $0) >= 4 } : work.lengths
    lengths = Set(asked + [length]).sorted()
    windows = work.windows ?? (quick ? 8 : 128)
    updates = work.updates
    sentences = peer.sentences ?? (quick ? 16 : 1_000)
    rounds = peer.rounds ?? (quick ? 1 : 3)
    curvePoints = quick ? 3 : 12
    (mixedBytes, hardSentences) = (quick ? 20_000 : 1_000_000, quick ? 20 : 200)
    if let bad = lengths.first(where: { $0 > longest }) {
      throw DataFileError(
        file: model.folder.configurationURL.path,
        problem:
          "field max_position_embeddings: \(longest), expected at least \(bad) for --\(bad == work.length ? "length" : "lengths")"
      )
    }
    if let bad = lengths.first(where: { text.count(length: $0) < 4 }) {
      throw DataFileError(
        file: "--text",
        problem:
          "\(text.ids.count) tokens give \(text.count(length: bad)) sequences of \(bad), expected at least 4")
    }
  }
}
