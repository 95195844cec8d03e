extension [HeadRegime] {
  /// The heads of a layer, from 0.
  public func heads(ofLayer layer: Int) -> [HeadRegime] { filter { $0.index.layer == layer } }

  /// The heads of a class.
  public func heads(of kind: AttentionClass) -> [HeadRegime] { filter { $0.attentionClass == kind } }

  /// The number of layers up to the last one that has a head here.
  public var layerCount: Int { (map(\.index.layer).max() ?? -1) + 1 }

  /// Indices by falling median number of weights that make 90 %, then by falling entropy: averaging heads first.
  public var mostAveragingFirst: [HeadIndex] {
    sorted { a, b in
      let (x, y) = (a.medianCount, b.medianCount)
      return x != y ? x > y : a.entropy != b.entropy ? a.entropy > b.entropy : a.index < b.index
    }.map(\.index)
  }

  /// The mean of a number over the heads; nil for no heads.
  public func mean(_ value: (HeadRegime) -> Double) -> Double? {
    isEmpty ? nil : reduce(0) { $0 + value($1) } / Double(count)
  }

  /// The head in the middle of a class, by the median number of weights that make 90 %; nil where the class has none.
  public func typical(of kind: AttentionClass) -> HeadRegime? {
    let found = heads(of: kind).sorted {
      ($0.medianCount, $0.entropy, $0.index.layer) < ($1.medianCount, $1.entropy, $1.index.layer)
    }
    return found.isEmpty ? nil : found[found.count / 2]
  }

  /// The regimes over the sequences of these and of another measurement of the same heads and length.
  public func merged(with others: [HeadRegime]) -> [HeadRegime] {
    isEmpty ? others : zip(self, others).map { $0.merged(with: $1) }
  }
}
