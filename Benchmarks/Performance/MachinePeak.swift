import EnergyTransformer

/// What the processor can do at most, measured beside the work whose share of it is stated.
enum MachinePeak {
  /// A computation whose operations a second are a bound worth comparing with. Add one here to widen the peak.
  struct Figure {
    let name: String
    /// The best of some runs, in 10⁹ operations a second.
    let measure: () -> Double
  }

  static var all: [Figure] {
    [
      matrixProduct(rows: 2048, columns: 2048, depth: 2048, runs: 4),
      matrixProduct(rows: 512, columns: 512, depth: 512, runs: 40),
      matrixProduct(rows: 196, columns: 768, depth: 768, runs: 40),
    ]
  }

  /// Every figure by its name.
  static func figures() -> [String: Double] {
    Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0.measure()) })
  }

  private static func matrixProduct(rows: Int, columns: Int, depth: Int, runs: Int) -> Figure {
    Figure(name: "matrix product \(rows) x \(columns) x \(depth)") {
      var random = RandomStream(seed: 0)
      let a: Tensor<Float> = .uniform([rows, depth], using: &random)
      let b: Tensor<Float> = .uniform([depth, columns], using: &random)
      var best = Double.infinity
      for _ in 0..<runs + 1 {
        let started = ProcessFigures.seconds()
        _ = a.matrixProduct(b)
        best = min(best, ProcessFigures.seconds() - started)
      }
      return 2e-9 * Double(rows * columns * depth) / best
    }
  }
}
