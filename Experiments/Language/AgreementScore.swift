import EnergyTransformer

/// How often a model, among the verbs, thought that of its subject's class the most probable, at some distances from it.
struct AgreementScore: Codable, Sendable {
  /// The symbols from the subject to the verb, at least and at most.
  let least: Int, most: Int
  private(set) var count = 0
  private(set) var right = 0

  /// A verb of a sequence: how far it is from its subject, and where it stands.
  struct Place: Sendable {
    let position: Int
    let distance: Int
  }

  private init(least: Int, most: Int) { (self.least, self.most) = (least, most) }

  /// The scores by distance of verbs, some of which were right.
  init?(_ verbs: [(distance: Int, isRight: Bool)], from least: Int, to most: Int) {
    self.init(least: least, most: most)
    for verb in verbs where (least...most).contains(verb.distance) {
      count += 1
      right += verb.isRight ? 1 : 0
    }
    if count == 0 { return nil }
  }

  static func scores(of verbs: [(distance: Int, isRight: Bool)]) -> [AgreementScore] {
    let bounds = [1, 4, 8, 16, 32, 64, 128, 256, .max]
    return zip(bounds, bounds.dropFirst()).compactMap {
      AgreementScore(verbs, from: $0, to: $1 == .max ? .max : $1 - 1)
    }
  }
}

extension BracketGrammar {
  /// The verbs of a sequence but of its first symbol: the position before each, and its distance from its subject.
  func verbPlaces(in sequence: [Int]) -> [AgreementScore.Place] {
    costs(of: sequence).enumerated().dropFirst().compactMap { position, cost in
      cost.agreementDistance.map { AgreementScore.Place(position: position - 1, distance: $0) }
    }
  }

  /// Whether, of the verbs, the right one has the greatest logit in a row of logits.
  func agrees(_ logits: ArraySlice<Float>, verb: Int) -> Bool {
    let first = logits.startIndex
    let best = verbs.reduce(verbs.lowerBound) { logits[first + $1] > logits[first + $0] ? $1 : $0 }
    return best == verb
  }

  /// The mean cost of the symbols of sequences but of their first, for a model that knows the grammar, in nats.
  func optimum(of sequences: [[Int]]) -> Double {
    let each = sequences.flatMap { costs(of: $0).dropFirst().map(\.nats) }
    return each.reduce(0, +) / Double(each.count)
  }
}
