/// The energies of examples along the descents of a model's blocks, by part, and whether they fell.
public struct BlockEnergies: Sendable {
  /// The parts of every block and behind them their sum, each with its values, [step][example].
  public private(set) var parts: [(name: String, values: [[Double]])] = []
  /// Whether an example's energy fell at every step of every block.
  public private(set) var fell: [Bool] = []
  /// The blocks that examples descend, one after the other.
  public private(set) var blockCount = 1

  public init() {}

  /// Adds the examples of a batch by the results of a trace, one a block, in which energies were recorded.
  ///
  /// - Parameters:
  ///   - results: The results, one a block, the first block first.
  ///   - count: What energies are divided by, such as the number of nodes of a graph.
  public mutating func add<Scalar>(_ results: [DescentResult<Scalar>], dividedBy count: Double = 1) {
    blockCount = results.count
    let added = results.enumerated().flatMap { block, result in
      result.trajectory.series.map { series in
        (
          name: (results.count > 1 ? "block \(block + 1) " : "") + series.name,
          values: series.byStep.map { $0.map { $0 / count } }
        )
      }
    }
    let falls = results.map { $0.trajectory.fellAtEveryStep() }
    fell += falls[0].indices.map { example in falls.allSatisfy { $0[example] } }
    if parts.isEmpty {
      parts = added
    } else {
      for part in parts.indices {
        for step in parts[part].values.indices { parts[part].values[step] += added[part].values[step] }
      }
    }
  }

  /// The share of the examples whose energy fell at every step.
  public var shareFell: Double { Double(fell.count { $0 }) / Double(max(1, fell.count)) }
}
