import Tensors

extension SequenceBagNetwork {
  /// How much each feature moves the evidence of some bags, adding up to 1: the size of its read-out times the standard
  /// deviation of what is pooled of it. Equal shares where nothing moves.
  ///
  /// - Parameter readings: What this network read of the bags.
  public func featureShares(over readings: [BagReading<Scalar>]) -> [Double] {
    let pooled = readings.map(\.pooled.elements)
    let moves = output.elements.enumerated().map { feature, weight in
      abs(Double(weight)) * Self.deviation(pooled.map { Double($0[feature]) })
    }
    let total = moves.reduce(0, +)
    return moves.map { total > 0 ? $0 / total : 1 / Double(moves.count) }
  }

  /// The sample deviation; 0 for fewer than two numbers, and where one is not finite.
  private static func deviation(_ values: [Double]) -> Double {
    guard values.count > 1, values.allSatisfy(\.isFinite) else { return 0 }
    let mean = values.reduce(0) { $0 + $1 / Double(values.count) }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(values.count - 1)).squareRoot()
  }
}
