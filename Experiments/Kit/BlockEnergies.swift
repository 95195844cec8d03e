package import EnergyTransformer
package import Reporting

/// The energies of examples along the descents of a model's blocks, by part, and whether they fell.
package struct BlockEnergies: Sendable {
  /// The parts of every block and behind them their sum, each with its values, [step][example].
  package private(set) var parts: [(name: String, values: [[Double]])] = []
  /// Whether an example's energy fell at every step of every block.
  package private(set) var fell: [Bool] = []
  private var blockCount = 1

  package init() {}

  /// Adds the examples of a batch by their traces, one a block.
  ///
  /// - Parameter count: What energies are divided by, such as the number of nodes of a graph.
  package mutating func add(_ results: [DescentResult<Float>], dividedBy count: Double = 1) {
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
  package var shareFell: Double { Double(fell.count { $0 }) / Double(max(1, fell.count)) }

  /// The section of a page about them, words and a figure: energies against step, means over the examples with bands of one
  /// deviation; the descent of each block begins where the one before it ended, after `steps` steps.
  package func section(
    _ words: String, title: String, yTitle: String, steps: Int
  ) throws -> PageSection {
    let series = try parts.enumerated().map { index, part in
      let start = index / (parts.count / blockCount) * steps
      return LinePlot.Series(
        label: part.name, x: part.values.indices.map { Double(start + $0) },
        spreads: try part.values.map { try Spread(of: $0) })
    }
    var section = PageSection("Energy")
    section.addParagraph(words)
    section.addFigure(
      "energy.svg", LinePlot(title: title, xTitle: "step", yTitle: yTitle, series: series),
      caption: "Energy by part against step")
    return section
  }
}
