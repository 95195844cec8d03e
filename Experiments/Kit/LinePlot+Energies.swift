package import EnergyTransformer

extension LinePlot {
  /// Energies against step, the descent of each block beginning where the one before it ended.
  ///
  /// - Parameters:
  ///   - parts: The parts of every block in turn, equally many of each, with a spread for the start and each step.
  ///   - steps: Steps of a block's descent.
  package static func energies(
    title: String, yTitle: String, parts: [(label: String, spreads: [Spread])], blockCount: Int, steps: Int
  ) -> LinePlot {
    let partsOfBlock = parts.count / blockCount
    let series = parts.enumerated().map { index, part in
      let start = index / partsOfBlock * steps
      return LinePlot.Series(
        label: part.label, x: part.spreads.indices.map { Double(start + $0) }, spreads: part.spreads)
    }
    return LinePlot(title: title, xTitle: "step", yTitle: yTitle, series: series)
  }
}
