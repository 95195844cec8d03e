import EnergyTransformer

/// How every head retrieves, at every length.
struct MeasuredRegimes {
  /// By length, rising, then by head.
  let byLength: [(length: Int, sequences: Int, heads: [HeadRegime])]
  /// The length at which heads are counted and replaced.
  let length: Int

  private static let sequencesAtOnce = 16

  /// - Throws: one line naming the weights where what they compute is not finite.
  init(_ model: LoadedModel, _ text: TokenWindows, _ settings: Settings, _ progress: PassProgress) throws {
    length = settings.length
    byLength = try settings.lengths.map { length in
      let windows = text.windows(length: length, limit: settings.windows)
      var heads: [HeadRegime] = []
      for start in stride(from: 0, to: windows.count, by: Self.sequencesAtOnce) {
        let part = Array(windows[start..<min(start + Self.sequencesAtOnce, windows.count)])
        let found = model.encoder.regimes(of: EncoderTokens(ids: part))
        for head in found {
          try model.requireFinite(
            [head.entropy, head.energy, head.updatedEnergy, head.answerChange, head.jacobianNorm],
            "head \(head.place.head + 1) of layer \(head.place.layer + 1)")
        }
        heads = heads.isEmpty ? found : zip(heads, found).map { $0.merged(with: $1) }
        progress.advance(part.count * length)
      }
      return (length, windows.count, heads)
    }
  }

  /// Tokens of all passes.
  static func tokenCount(_ text: TokenWindows, _ settings: Settings) -> Int {
    settings.lengths.reduce(0) { $0 + $1 * min(settings.windows, text.count(length: $1)) }
  }

  /// The heads at the length of the replacements.
  var heads: [HeadRegime] { byLength.first { $0.length == length }?.heads ?? [] }
  var layerCount: Int { (heads.map(\.place.layer).max() ?? 0) + 1 }

  func heads(ofLayer layer: Int) -> [HeadRegime] { heads.filter { $0.place.layer == layer } }

  func heads(ofClass wanted: AttentionClass) -> [HeadRegime] {
    heads.filter { $0.attentionClass == wanted }
  }

  /// Places by falling number of weights that make 90 %: averaging heads first.
  var mostAveragingFirst: [HeadPlace] {
    heads.sorted { a, b in
      let (x, y) = (a.medianCount, b.medianCount)
      return x != y ? x > y : a.entropy != b.entropy ? a.entropy > b.entropy : a.place < b.place
    }.map(\.place)
  }

  /// Of each class that there is, the head in the middle of its heads.
  var examples: [(kind: AttentionClass, regime: HeadRegime)] {
    AttentionClass.allCases.compactMap { kind in
      let found = heads(ofClass: kind).sorted {
        ($0.medianCount, $0.entropy, $0.place.layer) < ($1.medianCount, $1.entropy, $1.place.layer)
      }
      return found.isEmpty ? nil : (kind, found[found.count / 2])
    }
  }
}
