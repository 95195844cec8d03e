import EnergyTransformer
import Foundation
import Reporting

/// Minima that nobody stored: where retrieval from many states comes to rest, for kernels with and without an end.
enum Emergent {
  private static let (dimension, count) = (8, 40)

  static func section(quick: Bool, random: RandomStream) -> PageSection {
    let queryCount = quick ? 60 : 500
    let patterns = RandomPatterns.onSphere(count, dimension: dimension, radius: 1, random: random.child(0))
    let queries = RandomPatterns.mixtures(of: patterns, parts: 3, count: queryCount, random: random.child(1))
    let around = RandomPatterns.onSphere(50, dimension: dimension, radius: 1e-4, random: random.child(2))
    // From balls that reach everything to balls that reach one pattern.
    let radii = quick ? [1.2, 0.7] : stride(from: 1.6, through: 0.2, by: -0.1).map { $0 }
    let sweep = Sweep(
      points: radii.map { radius in
        let beta = 2 / (radius * radius)
        let found = RestingStates(
          of: LogSumReLUMemory(patterns: patterns, beta: beta), storing: patterns, from: queries)
        // On a sphere the modern Hopfield network is the memory with Gaussian kernels of the same beta.
        var options = RetrievalOptions.updates(5_000)
        options.tolerance = 1e-8
        let smooth = ModernHopfieldNetwork(patterns: patterns, beta: beta)
          .retrieve(queries, options: options)
        let counts = [
          "lsr_minima": found.states.count, "lsr_stored": found.storedCount,
          "lsr_emergent": found.emergentCount, "lsr_strict": found.strictMinimumCount(among: around),
          "lsr_unreached": found.unreachedCount,
          "lse_minima": smooth.distinctStates(within: 1e-3).count,
        ]
        return .init(
          label: String(format: "%.1f", radius), name: "radius_\(Int((100 * radius).rounded()))", x: beta,
          numbers: counts.mapValues { Double($0) }.merging(["lsr_beta": beta]) { $1 })
      })
    func most(_ measure: String) -> Int { Int(sweep.largest(measure) ?? 0) }

    var section = PageSection("Memories that nobody stored")
    for (name, measure) in [("lsr", "minima"), ("lsr", "emergent"), ("lse", "minima")] {
      section.summary["\(name)_most_\(measure)"] = sweep.largest("\(name)_\(measure)")
    }
    section.addParagraph(
      "\(count) random patterns on a sphere of radius 1 in \(dimension) dimensions; retrieval from \(queryCount) random "
        + "mixtures of three patterns. The centre of balls that overlap is a minimum of the log-sum-ReLU energy too: at most "
        + "\(most("lsr_emergent")) states of rest are no stored patterns. Around each, the energy was "
        + "taken at 50 points 10⁻⁴ away; a strict minimum is lower than all of them. With Gaussian kernels of the same beta, "
        + "the same queries find at most \(most("lse_minima")).")
    section.addTable(
      "emergent", of: sweep, "Radius of a ball",
      columns: [
        ("beta", "lsr_beta", 2), ("States of rest", "lsr_minima", 0), ("stored patterns", "lsr_stored", 0),
        ("not stored", "lsr_emergent", 0), ("strict minima among them", "lsr_strict", 0),
        ("Queries out of reach", "lsr_unreached", 0), ("Gaussian kernels: states of rest", "lse_minima", 0),
      ])
    section.addFigure(
      "emergent.svg",
      LinePlot(
        title: "States of rest", xTitle: "beta", yTitle: "different states of rest", xScale: .logarithmic,
        series: [
          sweep.series("lsr_minima", label: "log-sum-ReLU"),
          sweep.series("lsr_stored", label: "of these stored"),
          sweep.series("lse_minima", label: "Gaussian kernels"),
        ], references: [.init(label: "patterns stored", y: Double(count))]),
      caption: "Different states of rest against beta")
    return section
  }
}
