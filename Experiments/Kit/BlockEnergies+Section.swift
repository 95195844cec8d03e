package import EnergyTransformer
package import Reporting

extension BlockEnergies {
  /// The section of a page about them, words and a figure.
  package func section(
    _ words: String, title: String, yTitle: String, steps: Int
  ) throws -> PageSection {
    var section = PageSection("Energy")
    section.addParagraph(words)
    section.addFigure(
      "energy.svg", try plot(title: title, yTitle: yTitle, steps: steps),
      caption: blockCount > 1
        ? "Energy by part against step; the descent of each of the \(blockCount) blocks is a line of its own"
        : "Energy by part against step")
    return section
  }

  /// Energies against step, means over the examples with bands of one deviation; the descent of each block begins where the one
  /// before it ended, after `steps` steps.
  package func plot(title: String, yTitle: String, steps: Int) throws -> LinePlot {
    let partCount = parts.count / blockCount
    let series = try parts.enumerated().map { index, part in
      let start = index / partCount * steps
      // A part has one name and one colour in all blocks.
      let name = parts[index % partCount].name
      return LinePlot.Series(
        label: blockCount > 1 ? String(name.trimmingPrefix("block 1 ")) : name,
        x: part.values.indices.map { Double(start + $0) },
        spreads: try part.values.map { try Spread(of: $0) })
    }
    return LinePlot(title: title, xTitle: "step", yTitle: yTitle, series: series)
  }
}
