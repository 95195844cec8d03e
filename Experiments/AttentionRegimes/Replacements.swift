import EnergyTransformer

/// Heads replaced by other rules, and what is left of the sentence vectors.
struct Replacements {
  /// What stands in a head's place.
  enum Rule: String, CaseIterable {
    case uniform, gaussian, retrieval

    var label: String {
      switch self {
      case .uniform: "uniform averages"
      case .gaussian: "Gaussian weighting"
      case .retrieval: "Hopfield retrieval of several updates"
      }
    }
  }

  /// A curve of quality against heads replaced.
  struct Curve {
    let name: String, label: String
    let points: [(heads: Int, quality: QualityMeter.Quality)]
  }

  /// Some heads replaced by one rule.
  struct Entry {
    let name: String
    let heads: Int
    let quality: QualityMeter.Quality
  }

  let published: QualityMeter.Quality
  /// Whether sentence pairs were compared.
  let hasPairs: Bool
  /// All heads of a layer, its averaging heads, and those of the first layers together.
  let entries: [Entry]
  let curves: [Curve]
  /// Sequences that bells were fitted on, and others that vectors were compared on.
  let fitted: Int, compared: Int
  let updates: Int

  init(
    _ model: LoadedModel, _ text: TokenWindows, _ pairs: SentencePairs?, _ regimes: MeasuredRegimes,
    _ settings: Settings, _ progress: PassProgress
  ) throws {
    let (fit, test) = Self.split(text, settings)
    (fitted, compared, updates) = (fit.count, test.count, settings.updates)
    let bells = model.encoder.gaussianWeightings(over: EncoderTokens(ids: fit))
    let bell = Dictionary(uniqueKeysWithValues: zip(model.configuration.heads, bells))
    progress.advance(fit.count * settings.length)
    let meter = try QualityMeter(model, windows: test, pairs: pairs, progress)
    func rule(_ kind: Rule) -> (HeadPlace) -> HeadRule {
      { place in
        switch kind {
        case .uniform: .uniform
        case .gaussian: bell[place].map { .gaussian($0) } ?? .softmax
        case .retrieval: .retrieval(updates: settings.updates)
        }
      }
    }
    published = try meter.published()
    hasPairs = pairs != nil
    entries = try Self.sets(regimes).map { set in
      Entry(
        name: "\(set.rule.rawValue)_\(set.name)", heads: set.heads.count,
        quality: try meter.quality(replacing: set.heads, by: rule(set.rule)))
    }
    let order = regimes.mostAveragingFirst
    let counts = Self.curveCounts(order.count, settings.curvePoints)
    let start = published
    func curve(
      _ name: String, _ label: String, _ order: [HeadPlace], _ kind: Rule
    ) throws -> Curve {
      var points: [(heads: Int, quality: QualityMeter.Quality)] = [(0, start)]
      for count in counts {
        points.append((count, try meter.quality(replacing: order.prefix(count), by: rule(kind))))
      }
      return Curve(name: name, label: label, points: points)
    }
    curves =
      try Rule.allCases.map { try curve($0.rawValue, "\($0.label), most averaging first", order, $0) }
      + [
        curve(
          "uniform_reversed", "\(Rule.uniform.label), least averaging first", order.reversed(), .uniform)
      ]
  }

  /// Tokens of all passes, for the progress line.
  static func tokenCount(
    _ model: LoadedModel, _ text: TokenWindows, _ pairs: SentencePairs?, _ settings: Settings
  ) -> Int {
    let (fit, test) = split(text, settings)
    let layers = model.configuration.layerCount
    let evaluations = 1 + 4 * layers + 2 + 4 * settings.curvePoints
    let pairTokens = pairs.map { QualityMeter.tokens(of: $0, model).tokenCount } ?? 0
    return (fit.count + test.count) * settings.length
      + evaluations * (test.count * settings.length + pairTokens)
  }

  /// Every other window for the fit, the others to compare on.
  private static func split(_ text: TokenWindows, _ settings: Settings) -> (fit: [[Int]], test: [[Int]]) {
    let windows = text.windows(length: settings.length, limit: settings.windows)
    return (
      windows.indices.filter { $0.isMultiple(of: 2) }.map { windows[$0] },
      windows.indices.filter { !$0.isMultiple(of: 2) }.map { windows[$0] }
    )
  }

  private static func curveCounts(_ heads: Int, _ points: Int) -> [Int] {
    Set((1...points).map { max(1, heads * $0 / points) }).sorted()
  }

  private static func sets(
    _ regimes: MeasuredRegimes
  ) -> [(name: String, heads: [HeadPlace], rule: Rule)] {
    var sets: [(name: String, heads: [HeadPlace], rule: Rule)] = []
    for layer in 0..<regimes.layerCount {
      let all = regimes.heads(ofLayer: layer)
      for rule in Rule.allCases { sets.append(("layer_\(layer + 1)", all.map(\.place), rule)) }
      let averaging = all.filter { $0.attentionClass == .globalAverage }.map(\.place)
      if !averaging.isEmpty { sets.append(("averaging_layer_\(layer + 1)", averaging, .gaussian)) }
    }
    // The first third of the layers.
    let first = max(1, regimes.layerCount / 3)
    let averaging = regimes.heads.filter { $0.place.layer < first && $0.attentionClass == .globalAverage }
    if !averaging.isEmpty {
      for rule in [Rule.uniform, .gaussian] {
        sets.append(("averaging_first_layers", averaging.map(\.place), rule))
      }
    }
    return sets
  }
}
