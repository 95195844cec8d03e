import EnergyTransformer
import Foundation

/// Errors against patterns stored, for every memory and d.
struct CapacityCurves: Finding {
  private let curves: [(of: CapacityCase, points: [CapacityCase.Point])]
  private let dimensions: [Int]
  private let isQuick: Bool
  /// Up to this share of wrong numbers a memory has recalled.
  private static let tolerated = 0.01

  init(quick: Bool, random: RandomStream) {
    isQuick = quick
    let dimensions = quick ? [32, 64] : [32, 64, 128, 256, 512, 1024]
    self.dimensions = dimensions
    let cases = MemoryKind.allCases.enumerated().flatMap { number, kind in
      dimensions.map { (number, CapacityCase(kind: kind, dimension: $0, isQuick: quick)) }
    }
    curves = CountedWork.map(cases, unit: "curves") { number, one in
      (one, one.curve(random.child(UInt64(number)).child(UInt64(one.dimension))))
    }
  }

  /// The largest load up to which errors stay within 1 %, and whether the curve ended there for want of memory.
  private func capacity(_ points: [CapacityCase.Point]) -> (count: Int, isOpen: Bool) {
    let kept = points.prefix { $0.error <= Self.tolerated }
    return (kept.last?.patternCount ?? 0, kept.count == points.count)
  }

  var summary: [String: Double] {
    var summary: [String: Double] = [:]
    for (one, points) in curves {
      let name = "\(one.kind.key)_d\(one.dimension)"
      let (count, isOpen) = capacity(points)
      summary["capacity_\(name)"] = Double(count)
      summary["capacity_open_\(name)"] = isOpen ? 1 : 0
      summary["theory_\(name)"] = one.theory
    }
    return summary
  }

  private func names(_ prefix: String, _ kind: MemoryKind) -> [String] {
    dimensions.map { "\(prefix)_\(kind.key)_d\($0)" }
  }

  var tables: [TableRecipe] {
    let columns = ["Memory"] + dimensions.map { "d = \($0)" }
    return [
      TableRecipe(
        name: "capacity", columns: columns,
        rows: MemoryKind.allCases.map { .init(label: $0.label, summaryKeys: names("capacity", $0)) },
        digits: 0),
      TableRecipe(
        name: "capacity_theory", columns: columns,
        rows: MemoryKind.allCases.map {
          .init(
            label: "\($0.label): \(CapacityCase.theoryText($0))", summaryKeys: names("theory", $0))
        }, digits: 0),
    ]
  }

  func writeFiles(to folder: String) throws {
    var table = CSVTable(columns: ["memory", "dimension", "patterns", "error", "recalled", "mean_steps"])
    for (one, points) in curves {
      for point in points {
        table.addRow([
          one.kind.key, "\(one.dimension)", "\(point.patternCount)", "\(point.error)", "\(point.recalled)",
          "\(point.meanSteps)",
        ])
      }
    }
    try table.write(to: "\(folder)/capacity.csv")
    for kind in MemoryKind.allCases { try plot(kind).write(to: "\(folder)/capacity-\(kind.key).svg") }
    try growthPlot(binary: true).write(to: "\(folder)/capacity-binary.svg")
    try growthPlot(binary: false).write(to: "\(folder)/capacity-continuous.svg")
  }

  /// Error against load, one line a d; dashed where theory draws the border.
  private func plot(_ kind: MemoryKind) -> LinePlot {
    let own = curves.filter { $0.of.kind == kind }
    let most = own.flatMap(\.points).map(\.patternCount).max() ?? 1
    var series = own.map { one, points in
      LinePlot.Series(
        label: "d = \(one.dimension)", x: points.map { Double($0.patternCount) }, y: points.map(\.error))
    }
    for (one, _) in own where one.theory <= 2 * Double(most) {
      var line = LinePlot.Series(
        label: "theory, d = \(one.dimension)", x: [one.theory, one.theory], y: [0, 0.25])
      line.isReference = true
      series.append(line)
    }
    var plot = LinePlot(
      title: "Errors of \(kind.label)", xTitle: "patterns stored", yTitle: "share of numbers wrong",
      series: series)
    plot.xScale = .logarithmic
    return plot
  }

  /// Capacity against d, with theory dashed.
  private func growthPlot(binary: Bool) -> LinePlot {
    let kinds = MemoryKind.allCases.filter { $0.isBinary == binary }
    let limit = Double(curves.flatMap(\.points).map(\.patternCount).max() ?? 1)
    var (series, references): ([LinePlot.Series], [LinePlot.Series]) = ([], [])
    for kind in kinds {
      let own = curves.filter { $0.of.kind == kind }
      let measured = own.map { (Double($0.of.dimension), Double(capacity($0.points).count)) }
        .filter { $0.1 > 0 }
      series.append(.init(label: kind.label, x: measured.map(\.0), y: measured.map(\.1)))
      // Lines of exponential capacity leave the plot with the first d.
      let lines = own.filter { $0.of.theory <= 4 * limit }
      if lines.count < 2 || kind == .entmax || kind == .sparsemax { continue }
      var line = LinePlot.Series(
        label: "theory, \(kind.label)", x: lines.map { Double($0.of.dimension) }, y: lines.map(\.of.theory))
      line.isReference = true
      references.append(line)
    }
    // What lies on this line is no capacity: the measurement ended there.
    let most = curves.filter { $0.of.kind.isBinary == binary }.map(\.of.mostNumbers).max() ?? 0
    var end = LinePlot.Series(
      label: "end of the measurement", x: dimensions.map(Double.init),
      y: dimensions.map { Double(most / $0) })
    end.isReference = true
    references.append(end)
    var plot = LinePlot(
      title: "Patterns stored with at most 1 % wrong", xTitle: "d", yTitle: "patterns",
      series: series + references)
    (plot.xScale, plot.yScale) = (.logarithmic, .logarithmic)
    return plot
  }

  func addSection(to page: inout MarkdownPage, summary: [String: Double]) throws {
    page.addHeading("How much is stored")
    page.addParagraph(
      "Patterns of d random numbers 1 or -1 are stored, more and more; cues are stored patterns with a tenth of their numbers "
        + "changed, 64 at each load (16 for dense memories). The table has the largest load up to which at most 1 % of the "
        + "numbers are wrong where retrieval came to rest. Continuous memories store the patterns at length 1, with "
        + "beta = d (softmax is then the memory of e^(ξ·s)), balls of 1.2 times the squared distance of a cue, and "
        + "\(MemoryKind.featureCount(quick: isQuick)) random features at beta 10; the sign of their states is judged."
    )
    try add("capacity", to: &page, summary)
    let open = curves.filter { capacity($0.points).isOpen }.map {
      "\($0.of.kind.label), d = \($0.of.dimension)"
    }
    if !open.isEmpty {
      page.addParagraph(
        "Not the memories' own limit but that of the measurement, a number of patterns × d, ended these curves: "
          + open.joined(separator: "; ") + ".")
    }
    page.addParagraph("What theory says, for the same d:")
    try add("capacity_theory", to: &page, summary)
    page.addImage("capacity-binary.svg", caption: "Memories of binary states: capacity against d")
    page.addImage(
      "capacity-continuous.svg",
      caption:
        "Continuous memories: capacity against d; on the falling line the measurement ended, not the memory")
    for kind in MemoryKind.allCases {
      page.addImage("capacity-\(kind.key).svg", caption: "Error against patterns stored: \(kind.label)")
    }
  }
}
