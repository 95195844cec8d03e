import EnergyTransformer
import Kit
import Reporting

/// How every head retrieves, at every length.
struct MeasuredRegimes {
  /// By length, rising, then by head.
  let byLength: [(length: Int, sequences: Int, heads: [HeadRegime])]
  /// The length at which heads are counted and replaced.
  let length: Int

  /// Measures every length that is not finished.
  ///
  /// - Throws: one line naming the weights where what they compute is not finite.
  init(
    _ model: LoadedModel, _ text: TokenWindows, _ settings: Settings, finished: RegimeParts,
    _ progress: WorkProgress
  ) throws {
    length = settings.length
    byLength = try settings.lengths.map { length in
      let windows = text.windows(length: length, limit: settings.windows)
      let name = "regimes-\(length)"
      if finished[name] != nil { progress.skip(windows.count * length) }
      let part = try finished.part(name) {
        .regimes(try Self.regimes(model, windows) { progress.advance(by: $0 * length) })
      }
      guard case .regimes(let heads) = part else { throw RegimePart.misplaced(name) }
      return (length, windows.count, heads)
    }
  }

  private static func regimes(
    _ model: LoadedModel, _ windows: [[Int]], _ onPart: (_ sequenceCount: Int) -> Void
  ) throws -> [HeadRegime] {
    try model.encoder.regimes(ofSequences: windows, atOnce: 16) { found, count in
      for head in found {
        try model.requireFinite(
          [head.entropy, head.energy, head.updatedEnergy, head.answerChange, head.jacobianNorm],
          head.index.words)
      }
      onPart(count)
    }
  }

  /// Tokens of all passes.
  static func tokenCount(_ text: TokenWindows, _ settings: Settings) -> Int {
    settings.lengths.reduce(0) { $0 + $1 * min(settings.windows, text.count(length: $1)) }
  }

  /// The heads at the length of the replacements.
  var heads: [HeadRegime] { byLength.first { $0.length == length }?.heads ?? [] }

  /// Of each class that there is, the head in the middle of its heads.
  var examples: [(kind: AttentionClass, regime: HeadRegime)] {
    AttentionClass.allCases.compactMap { kind in heads.typical(of: kind).map { (kind, $0) } }
  }
}

extension HeadIndex {
  /// Its layer and number as a reader counts, from 1.
  var words: String { "layer \(layer + 1) head \(head + 1)" }
}
