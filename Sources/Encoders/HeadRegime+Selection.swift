extension [HeadRegime] {
  /// The heads of a layer, from 0.
  public func heads(ofLayer layer: Int) -> [HeadRegime] { filter { $0.place.layer == layer } }

  /// The heads of a class.
  public func heads(of kind: AttentionClass) -> [HeadRegime] { filter { $0.attentionClass == kind } }

  /// The layers that heads are of, from the first one on.
  public var layerCount: Int { (map(\.place.layer).max() ?? -1) + 1 }

  /// Places by falling median number of weights that make 90 %, then by falling entropy: averaging heads first.
  public var mostAveragingFirst: [HeadPlace] {
    sorted { a, b in
      let (x, y) = (a.medianCount, b.medianCount)
      return x != y ? x > y : a.entropy != b.entropy ? a.entropy > b.entropy : a.place < b.place
    }.map(\.place)
  }

  /// The head in the middle of a class, by the median number of weights that make 90 %; nil where the class has none.
  public func typical(of kind: AttentionClass) -> HeadRegime? {
    let found = heads(of: kind).sorted {
      ($0.medianCount, $0.entropy, $0.place.layer) < ($1.medianCount, $1.entropy, $1.place.layer)
    }
    return found.isEmpty ? nil : found[found.count / 2]
  }

  /// The regimes over the sequences of these and of another measurement of the same heads and length.
  public func merged(with others: [HeadRegime]) -> [HeadRegime] {
    isEmpty ? others : zip(self, others).map { $0.merged(with: $1) }
  }
}
