import EnergyTransformer
import Foundation
import Kit
import Reporting

/// Kinds of fixed points, and the steps to them, as beta rises.
enum Kinds {
  private static let kinds: [(name: String, label: String, kind: FixedPointKind)] = [
    ("global", "global average", .globalAverage), ("metastable", "metastable", .metastable),
    ("single", "single pattern", .singlePattern),
  ]
  private static let stepLimit = 2_000

  static func section(_ images: ImageSet, quick: Bool) -> PageSection {
    let rows = images.patterns.rows
    let count = rows.shape[0]
    let cues = rows.gathered((0..<count).evenlySpaced(quick ? 20 : 200), axis: 0)
    let betas = quick ? [1, 10, 200.0] : (0...16).map { pow(2, Double($0) / 2) }
    let weightings = MemoryWeighting.allCases
    let points = WorkProgress.map(
      weightings.flatMap { weighting in betas.map { (weighting, $0) } }, unit: "betas"
    ) { point(rows, cues, $0, beta: $1) }
    let sweeps = weightings.indices.map {
      Sweep(points: Array(points[$0 * betas.count..<($0 + 1) * betas.count]))
    }
    // Below this beta theory promises one fixed point for all.
    let centred = rows - rows.mean(axes: [0], keepingDimensions: true)
    let globalBeta = 1 / Double(centred.squared().sum(axes: [1]).maximum(axis: 0).scalar)

    var section = PageSection("Three kinds of fixed points")
    section.summary = ["kinds_patterns": Double(count), "kinds_global_beta": globalBeta]
    for sweep in sweeps { section.addNumbers(of: sweep) }
    section.addParagraph(
      "\(count) handwritten digits, centred and of length 1, are stored; retrieval starts from \(cues.shape[0]) of them and runs "
        + "until it rests (\(stepLimit) updates at most). A single pattern has 90 % of the weight, a global average "
        + "needs more than half of the patterns for 90 %, what is between is metastable. Theory makes everything a global "
        + "average below beta = 1 / m² = \(String(format: "%.3g", globalBeta)), m being the largest distance of a pattern from "
        + "the mean. The table is for softmax; the spectral radius is that of the update's Jacobian at rest.")
    section.addTable(
      "kinds", of: sweeps[0], "beta",
      columns: [
        ("Global average, %", "global", 1), ("Metastable, %", "metastable", 1),
        ("Single pattern, %", "single", 1), ("Weights that make 90 %, median", "dominant", 0),
        ("Steps, mean", "steps", 1), ("Largest spectral radius", "radius", 3),
      ])
    let unsettled = zip(weightings, sweeps).flatMap { weighting, sweep in
      sweep.points.compactMap { point in
        let count = Int(point.numbers["unsettled"] ?? 0)
        return count > 0 ? "\(weighting.words) at beta \(point.label): \(count)" : nil
      }
    }
    section.addParagraph(
      unsettled.isEmpty
        ? "Every retrieval came to rest."
        : "Still moving after \(stepLimit) updates: " + unsettled.joined(separator: "; ") + ".")
    var series = kinds.map { sweeps[0].series($0.name, label: $0.label, scale: 0.01) }
    if (betas[0]...betas[betas.count - 1]).contains(globalBeta) {
      series.append(
        .init(
          label: "below: global by theory", x: [globalBeta, globalBeta], y: [0, 1], isReference: true))
    }
    var plot = LinePlot(
      title: "Kinds of fixed points", xTitle: "beta", yTitle: "share of retrievals", xScale: .logarithmic,
      series: series)
    plot.bounds = 0...1
    section.addFigure(
      "kinds.svg", plot,
      caption: "Kinds of fixed points against beta, softmax")
    func addFigure(_ file: String, _ title: String, _ yTitle: String, of measure: String, caption: String) {
      section.addFigure(
        file,
        LinePlot(
          title: title, xTitle: "beta", yTitle: yTitle, xScale: .logarithmic, yScale: .logarithmic,
          series: zip(weightings, sweeps).map { weighting, sweep in
            var series = sweep.series(measure, label: weighting.words, atLeast: 1)
            // The mean of the steps counts retrievals that were stopped with the steps that they were given.
            if measure == "steps" {
              series.censored = sweep.points.indices.filter { sweep.points[$0].numbers["unsettled"] ?? 0 > 0 }
            }
            return series
          }),
        caption: caption)
    }
    addFigure(
      "mixture.svg", "Patterns in a mixture", "weights that make 90 %, median", of: "dominant",
      caption: "How many patterns a fixed point mixes, against beta")
    addFigure(
      "steps.svg", "Steps until rest", "steps, mean", of: "steps", caption: "Updates until rest against beta")
    return section
  }

  private static func point(
    _ rows: Tensor<Float>, _ cues: Tensor<Float>, _ weighting: MemoryWeighting, beta: Double
  ) -> Sweep.Point {
    var options = RetrievalOptions()
    (options.stepLimit, options.recordsEnergies, options.weightLimit) = (stepLimit, false, 0)
    options.measuresSpectralRadius = weighting == .softmax
    let network = ModernHopfieldNetwork(patterns: rows, beta: Float(beta), weighting: weighting)
    let found = network.retrieve(cues, options: options)
    var numbers = [
      "dominant": Double(found.medianDominantCount ?? 0), "steps": found.meanSteps,
      "unsettled": Double(found.stopReasons.count { $0 == .stepLimit }),
    ]
    if weighting == .softmax { numbers["radius"] = found.largestSpectralRadius ?? 0 }
    for kind in kinds { numbers[kind.name] = 100 * found.share(of: kind.kind) }
    let rounded = (10 * Double(network.beta)).rounded() / 10
    let text = rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    return .init(
      label: String(format: "%.3g", network.beta),
      name: "\(weighting)_beta_\(text.replacingOccurrences(of: ".", with: "_"))", x: Double(network.beta),
      numbers: numbers)
  }
}

extension MemoryWeighting {
  /// What plots and sentences call it, as the tables of memories do.
  fileprivate var words: String {
    switch self {
    case .softmax: "softmax"
    case .entmax15: "1.5-entmax"
    case .sparsemax: "sparsemax"
    }
  }
}
