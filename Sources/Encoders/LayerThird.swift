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
