import EnergyTransformer
import Kit
import Reporting

/// Heads replaced by other rules, and what is left of the sentence vectors.
struct Replacements {
  /// What replaces a head.
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

  /// What becomes of sentence vectors.
  struct Quality: Codable, Sendable {
    /// How near the vectors stay.
    let meanCosine: Double, leastCosine: Double
    /// Spearman's correlation with the scores of the pairs; nil without pairs, or where all cosines are alike.
    let spearman: Double?
  }

  /// Some heads replaced by one rule.
  struct Entry {
    let name: String
    let heads: Int
    let quality: Quality
  }

  let published: Quality
  /// Whether sentence pairs were compared.
  let hasPairs: Bool
  /// All heads of a layer, its averaging heads, and those of the first layers together.
  let entries: [Entry]
  /// Curves of quality against heads replaced, from none on.
  let curves: [(label: String, points: [Entry])]
  /// Sequences that Gaussian weights were fitted on, and others that vectors were compared on.
  let fitted: Int, compared: Int
  let updates: Int

  /// Measures what is not finished.
  init(
    _ model: LoadedModel, _ text: TokenWindows, _ pairs: SentencePairs?, _ heads: [HeadRegime],
    _ settings: Settings, finished: RegimeParts, _ progress: WorkProgress
  ) throws {
    let (fit, test) = text.halves(length: settings.length, limit: settings.windows)
    (hasPairs, fitted, compared, updates) = (pairs != nil, fit.count, test.count, settings.updates)
    if finished["gaussians"] != nil { progress.skip(fit.count * settings.length) }
    let fittedPart = try finished.part("gaussians") {
      defer { progress.advance(by: fit.count * settings.length) }
      return .gaussians(model.encoder.gaussianWeightings(over: EncoderTokens(ids: fit)))
    }
    guard case .gaussians(let weightings) = fittedPart else { throw RegimePart.misplaced("gaussians") }
    let gaussians = Dictionary(uniqueKeysWithValues: zip(model.configuration.heads, weightings))
    let meter = QualityMeter(model, windows: test, pairs: pairs, finished, progress)
    func entry(_ name: String, _ heads: some Collection<HeadIndex>, _ rule: Rule) throws -> Entry {
      let quality = try meter.quality("\(name)-\(heads.count)") {
        model.encoder.replacing(heads) { head in
          switch rule {
          case .uniform: .uniform
          case .gaussian: gaussians[head].map { .gaussian($0) } ?? .softmax
          case .retrieval: .retrieval(updates: settings.updates)
          }
        }
      }
      return Entry(name: name, heads: heads.count, quality: quality)
    }
    let published = try meter.quality("published") { model.encoder }
    entries = try Self.sets(heads).map { try entry("\($2.rawValue)_\($0)", $1, $2) }
    let order = heads.mostAveragingFirst
    let counts = Set((1...settings.curvePoints).map { max(1, order.count * $0 / settings.curvePoints) })
    func curve(_ name: String, _ order: [HeadIndex], _ rule: Rule) throws -> [Entry] {
      try [Entry(name: "curve_\(name)", heads: 0, quality: published)]
        + counts.sorted().map { try entry("curve_\(name)", order.prefix($0), rule) }
    }
    curves =
      try Rule.allCases.map { ("\($0.label), most averaging first", try curve($0.rawValue, order, $0)) }
      + [
        (
          "\(Rule.uniform.label), least averaging first",
          try curve("uniform_reversed", order.reversed(), .uniform)
        )
      ]
    self.published = published
  }

  /// Tokens of all passes, for the progress line.
  static func tokenCount(
    _ model: LoadedModel, _ text: TokenWindows, _ pairs: SentencePairs?, _ settings: Settings
  ) -> Int {
    let (fit, test) = text.halves(length: settings.length, limit: settings.windows)
    let evaluations = 1 + 4 * model.configuration.layerCount + 2 + 4 * settings.curvePoints
    let pairTokens = pairs.map { QualityMeter.tokens(of: $0, model).tokenCount } ?? 0
    return (fit.count + test.count) * settings.length
      + evaluations * (test.count * settings.length + pairTokens)
  }

  /// The first third of the layers.
  static func firstLayers(_ heads: [HeadRegime]) -> Int { max(1, heads.layerCount / 3) }

  /// The averaging heads of the first third of the layers.
  static func averagingOfFirstLayers(_ heads: [HeadRegime]) -> [HeadIndex] {
    heads.heads(of: .globalAverage).map(\.index).filter { $0.layer < firstLayers(heads) }
  }

  private static func sets(
    _ heads: [HeadRegime]
  ) -> [(name: String, heads: [HeadIndex], rule: Rule)] {
    var sets: [(name: String, heads: [HeadIndex], rule: Rule)] = []
    for layer in 0..<heads.layerCount {
      let all = heads.heads(ofLayer: layer)
      for rule in Rule.allCases { sets.append(("layer_\(layer + 1)", all.map(\.index), rule)) }
      sets.append(("averaging_layer_\(layer + 1)", all.heads(of: .globalAverage).map(\.index), .gaussian))
    }
    for rule in [Rule.uniform, .gaussian] {
      sets.append(("averaging_first_layers", averagingOfFirstLayers(heads), rule))
    }
    return sets.filter { !$0.heads.isEmpty }
  }
}

/// Compares the sentence vectors of a changed encoder with those as published.
private final class QualityMeter {
  private let model: LoadedModel
  private let tokens: EncoderTokens
  private let pairs: (tokens: EncoderTokens, scores: [Double])?
  private let finished: RegimeParts
  private let progress: WorkProgress
  /// As published; where all qualities are finished nobody needs them.
  private lazy var vectors: Tensor<Float> = {
    defer { progress.advance(by: tokens.tokenCount) }
    return model.encoder.sentenceVectors(of: tokens)
  }()

  init(
    _ model: LoadedModel, windows: [[Int]], pairs: SentencePairs?, _ finished: RegimeParts,
    _ progress: WorkProgress
  ) {
    (self.model, self.finished, self.progress) = (model, finished, progress)
    tokens = EncoderTokens(ids: windows)
    self.pairs = pairs.map { (Self.tokens(of: $0, model), $0.pairs.map(\.score)) }
  }

  /// The first sentences of all pairs, then the second.
  static func tokens(of pairs: SentencePairs, _ model: LoadedModel) -> EncoderTokens {
    let limit = model.configuration.positionCount
    return EncoderTokens(
      ids: (pairs.pairs.map(\.first) + pairs.pairs.map(\.second)).map {
        model.tokenizer.sequence(of: $0, limit: limit)
      })
  }

  /// The quality of a changed encoder, measured now unless that of its name is finished.
  ///
  /// - Throws: one line naming the weights where vectors are not finite.
  func quality(
    _ name: String, of changed: () -> TransformerEncoder<Float>
  ) throws -> Replacements.Quality {
    let name = "quality-\(name)"
    if finished[name] != nil { progress.skip(tokens.tokenCount + (pairs?.tokens.tokenCount ?? 0)) }
    let part = try finished.part(name) { .quality(try measured(changed())) }
    guard case .quality(let quality) = part else { throw RegimePart.misplaced(name) }
    return quality
  }

  private func measured(_ changed: TransformerEncoder<Float>) throws -> Replacements.Quality {
    let cosines = try cosines(changed.sentenceVectors(of: tokens), vectors, "vectors of sentences")
    progress.advance(by: tokens.tokenCount)
    return .init(
      meanCosine: cosines.reduce(0, +) / Double(cosines.count), leastCosine: cosines.min() ?? 0,
      spearman: try spearman(of: changed))
  }

  private func spearman(of changed: TransformerEncoder<Float>) throws -> Double? {
    guard let (tokens, scores) = pairs else { return nil }
    let found = changed.sentenceVectors(of: tokens)
    let (first, second) = (0..<scores.count, scores.count..<2 * scores.count)
    let cosines = try cosines(
      found.sliced(axis: 0, first), found.sliced(axis: 0, second), "vectors of sentence pairs")
    progress.advance(by: tokens.tokenCount)
    // Cosines that are all alike, as of pairs of the same sentence twice, order nothing.
    return Set(cosines).count > 1 ? try RankCorrelation.spearman(cosines, scores) : nil
  }

  private func cosines(_ a: Tensor<Float>, _ b: Tensor<Float>, _ what: String) throws -> [Double] {
    let cosines = (a * b).sum(axes: [1]).elements.map { Double($0) }
    try model.requireFinite(cosines, what)
    return cosines
  }
}
