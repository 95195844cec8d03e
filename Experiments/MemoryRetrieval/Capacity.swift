import EnergyTransformer
import Kit
import Reporting

extension MemoryKind {
  /// Random frequencies of the memory of random features.
  static func featureCount(quick: Bool) -> Int { quick ? 512 : 8_192 }

  /// The most numbers that are stored.
  fileprivate func numberLimit(dimension: Int, quick: Bool) -> Int {
    if quick { return 1 << 13 }
    return isNetwork ? dimension * dimension : self == .randomFeatures ? 1 << 22 : 1 << 25
  }
}

/// Errors against patterns stored, for every memory and d.
struct Capacity {
  private let dimensions: [Int]
  /// Of every memory, one for each d.
  private let cases: [[MemoryCapacity]]

  init(quick: Bool, random: RandomStream) {
    let dimensions = quick ? [32, 64] : [32, 64, 128, 256, 512, 1024]
    let work = MemoryKind.allCases.enumerated().flatMap { index, kind in
      dimensions.map { (kind, $0, random.child(UInt64(index)).child(UInt64($0))) }
    }
    let found = WorkProgress.map(work, unit: "curves") { kind, dimension, random in
      MemoryCapacity(
        of: kind, dimension: dimension, numberLimit: kind.numberLimit(dimension: dimension, quick: quick),
        featureCount: MemoryKind.featureCount(quick: quick), random: random)
    }
    cases = MemoryKind.allCases.map { kind in found.filter { $0.kind == kind } }
    self.dimensions = dimensions
  }

  func section(quick: Bool) -> PageSection {
    let all = cases.flatMap { $0 }
    var section = PageSection("How much is stored")
    section.addParagraph(
      "Patterns of d random numbers 1 or -1 are stored, more and more; cues are stored patterns with a tenth of their numbers "
        + "changed, 64 at each load (16 for dense memories). The table has the largest load up to which at most 1 % of the "
        + "numbers are wrong where retrieval came to rest. Continuous memories store the patterns at length 1, with "
        + "beta = d (softmax is then the memory of e^(ξ·s)), balls of 1.2 times the squared distance of a cue, and "
        + "\(MemoryKind.featureCount(quick: quick)) random features at beta 10; their signs are judged.")
    func key(_ one: MemoryCapacity) -> String { "\(one.kind.rawValue)_d\(one.dimension)" }
    func addTable(
      _ name: String, label: (MemoryKind) -> String, cell: (MemoryCapacity) -> MeasuredCell
    ) {
      section.addTable(
        name, "Memory", rows: cases.map { (label($0[0].kind), $0) },
        columns: dimensions.enumerated().map { ("d = \($1)", $0) }, digits: 0
      ) { cell($0[$1]) }
    }
    addTable("capacity", label: \.label) { one in
      let (name, value) = ("capacity_\(key(one))", Double(one.capacity))
      return one.isOpen ? .atLeast(name, value) : .number(name, value)
    }
    section.addNumbers(all.map { .number("capacity_open_\(key($0))", $0.isOpen ? 1 : 0) })
    let limits = Set(all.filter(\.isOpen).map(\.numberLimit)).sorted()
    if !limits.isEmpty {
      section.addParagraph(
        "Where the table says \"at least\", and where markers in the figures are hollow, the measurement ended before the memory "
          + "did, at \(listed(limits.map { NumberText.fixed(Double($0), digits: 0) })) numbers stored (patterns × d): these "
          + "counts fall with d, the capacity does not.")
    }
    section.addParagraph("What theory says, for the same d:")
    addTable("capacity_theory", label: { "\($0.label): \($0.expectedCapacityWords)" }) {
      .number("theory_\(key($0))", $0.expected)
    }
    section.addFigure(
      "capacity-binary.svg", growth(binary: true), caption: "Memories of binary states: capacity against d")
    section.addFigure(
      "capacity-continuous.svg", growth(binary: false),
      caption:
        "Continuous memories: capacity against d; at hollow markers the measurement ended, not the memory")
    for cases in cases {
      let kind = cases[0].kind
      section.addFigure(
        "capacity-\(kind.rawValue).svg", errors(cases, of: kind),
        caption: "Error against patterns stored: \(kind.label)")
    }
    section.addFile(
      "capacity.csv",
      CSVTable(
        columns: ["memory", "dimension", "patterns", "error", "recalled", "mean_steps"],
        rows: all.flatMap { one in
          one.curve.points.map { point in
            [one.kind.rawValue, "\(one.dimension)", "\(point.patternCount)"]
              + [point.error, point.recalled, point.meanSteps].map { "\($0)" }
          }
        }))
    return section
  }

  /// Error against load, one line a d; dashed where theory draws the border.
  private func errors(_ cases: [MemoryCapacity], of kind: MemoryKind) -> LinePlot {
    let most = Double(cases.map(\.largestLoad).max() ?? 1)
    let measured = cases.map { one in
      var series = LinePlot.Series(
        label: "d = \(one.dimension)", x: one.curve.points.map { Double($0.patternCount) },
        y: one.curve.points.map(\.error))
      if one.isOpen { series.censored = [series.x.count - 1] }
      return series
    }
    let theory = cases.filter { $0.expected <= 2 * most }.map { one in
      var border = LinePlot.Series(
        label: "theory", x: [one.expected, one.expected], y: [0, 0.25], isReference: true)
      border.partner = "d = \(one.dimension)"
      return border
    }
    var plot = LinePlot(
      title: "Errors of \(kind.label)", xTitle: "patterns stored", yTitle: "share of numbers wrong",
      xScale: .logarithmic, series: measured + theory)
    (plot.bounds, plot.namesLines, plot.censorsValues) = (0...1, true, false)
    plot.censoredLabel = "the measurement ended here, the memory did not"
    return plot
  }

  /// Capacity against d, with theory dashed.
  private func growth(binary: Bool) -> LinePlot {
    func line(
      _ label: String, _ cases: [MemoryCapacity], isReference: Bool, _ value: (MemoryCapacity) -> Double
    ) -> LinePlot.Series {
      .init(
        label: label, x: cases.map { Double($0.dimension) }, y: cases.map(value), isReference: isReference)
    }
    let shown = cases.filter { $0[0].kind.isBinary == binary }
    let measured = shown.map { cases in
      let stored = cases.filter { $0.capacity > 0 }
      var series = line(cases[0].kind.label, stored, isReference: false) { Double($0.capacity) }
      series.censored = stored.indices.filter { stored[$0].isOpen }
      series.failures = cases.filter { $0.capacity == 0 }.map { Double($0.dimension) }
      return series
    }
    // Softmax's theory stands for all weightings; lines of exponential capacity leave the plot with the first d.
    let limit = 4 * Double(cases.joined().map(\.largestLoad).max() ?? 1)
    let theories = shown.filter { $0[0].kind != .entmax && $0[0].kind != .sparsemax }.map { cases in
      var theory = line(
        "theory", cases.filter { $0.expected <= limit }, isReference: true, \.expected)
      theory.partner = cases[0].kind.label
      return theory
    }.filter { $0.x.count > 1 }
    var plot = LinePlot(
      title: "Patterns stored with at most 1 % wrong", xTitle: "d", yTitle: "patterns",
      xScale: .logarithmic, yScale: .logarithmic, series: measured + theories)
    plot.failureLabel = "no pattern stored"
    return plot
  }
}
