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

/// A third of an encoder's layers.
public enum LayerThird: Int, CaseIterable, Sendable {
  case lower, middle, last
}

extension AttentionClass {
  /// The thirds in which most heads of the class are in bert-base-cased: class I in the lower layers, classes II (layers 3 to
  /// 5 of 12) and IV (6 to 8) towards the middle, class III in the last layers.
  ///
  /// - Source: Ramsauer et al. 2020, section 3, "Analysis of transformer and BERT models".
  public var thirdsInBERT: [LayerThird] {
    switch self {
    case .globalAverage: [.lower]
    case .largeMetastable: [.lower, .middle]
    case .mediumMetastable: [.last]
    case .smallMetastable: [.middle]
    }
  }
}

extension [HeadRegime] {
  /// The share of a class among the heads of each third of the layers, from the first ones on; 0 for a third without heads.
  public func sharesByThird(of kind: AttentionClass) -> [Double] {
    LayerThird.allCases.map { third in
      let found = filter { Swift.min(2, 3 * $0.index.layer / layerCount) == third.rawValue }
      return Double(found.heads(of: kind).count) / Double(Swift.max(1, found.count))
    }
  }

  /// The thirds in which the share of a class is the largest; none where the class has no heads.
  public func thirdsWithMost(of kind: AttentionClass) -> [LayerThird] {
    let shares = sharesByThird(of: kind)
    guard let most = shares.max(), most > 0 else { return [] }
    return LayerThird.allCases.filter { shares[$0.rawValue] == most }
  }
}
