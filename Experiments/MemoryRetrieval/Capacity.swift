import EnergyTransformer
import Foundation
import Kit
import Reporting

extension MemoryKind {
  /// Random frequencies of the memory of random features.
  static func featureCount(quick: Bool) -> Int { quick ? 512 : 8_192 }

  fileprivate var isNetwork: Bool { self == .hebb || self == .pseudoInverse }
}

/// A memory of patterns of d numbers that was filled until it failed; cues have a tenth of their numbers wrong.
private struct CapacityCase {
  let kind: MemoryKind
  let dimension: Int
  /// The most numbers that were stored.
  let mostNumbers: Int
  /// What theory says of the number of patterns, for a cue or for a stored pattern.
  let theory: Double
  let curve: CapacityCurve

  /// Up to this share of wrong numbers a memory has recalled.
  private static let tolerated = 0.01

  init(_ kind: MemoryKind, dimension: Int, quick: Bool, random: RandomStream) {
    let flips = Int((0.1 * Double(dimension)).rounded())
    let featureCount = MemoryKind.featureCount(quick: quick)
    // beta = d makes softmax the memory of e^(xi·s). A ball reaches 1.2 times as far, squared, as a cue lies from its
    // pattern. Kernels of random features are so narrow that noise fails them before other patterns do.
    let beta: Float =
      switch kind {
      case .logSumReLU: 2 / (1.2 * 4 * Float(flips) / Float(dimension))
      case .randomFeatures: 10
      default: Float(dimension)
      }
    theory = kind.expectedCapacity(
      dimension: dimension, wrongCount: flips, reach: Int(1.2 * Double(flips)), beta: beta,
      featureCount: featureCount)
    mostNumbers =
      quick
      ? 1 << 13
      : kind.isNetwork ? dimension * dimension : kind == .randomFeatures ? 1 << 22 : 1 << 25
    curve = CapacityMeasurement(of: kind, dimension: dimension, changedSigns: flips).curve(
      growth: kind.isNetwork ? pow(2, 0.25) : 2.0.squareRoot(), numberLimit: mostNumbers, random: random
    ) { kind.memory(of: $0, beta: beta, featureCount: featureCount, random: $1) }
    (self.kind, self.dimension) = (kind, dimension)
  }

  /// What stands in names of results.
  var key: String { "\(kind.rawValue)_d\(dimension)" }
  /// The largest load up to which errors stay within 1 %.
  var capacity: Double { Double(curve.capacity(tolerating: Self.tolerated)) }
  /// Whether the measurement ended there, not the memory.
  var isOpen: Bool { curve.isOpen(tolerating: Self.tolerated) }
  var largestLoad: Double { Double(curve.points.last?.patternCount ?? 1) }
}

/// Errors against patterns stored, for every memory and d.
struct Capacity {
  private let cases: [CapacityCase]
  private let dimensions: [Int]

  init(quick: Bool, random: RandomStream) {
    let dimensions = quick ? [32, 64] : [32, 64, 128, 256, 512, 1024]
    self.dimensions = dimensions
    let work = MemoryKind.allCases.enumerated().flatMap { index, kind in
      dimensions.map { (kind, $0, random.child(UInt64(index)).child(UInt64($0))) }
    }
    cases = WorkProgress.map(work, unit: "curves") {
      CapacityCase($0, dimension: $1, quick: quick, random: $2)
    }
  }

  private func cases(_ kind: MemoryKind) -> [CapacityCase] { cases.filter { $0.kind == kind } }

  func section(quick: Bool) -> PageSection {
    var section = PageSection("How much is stored")
    section.addParagraph(
      "Patterns of d random numbers 1 or -1 are stored, more and more; cues are stored patterns with a tenth of their numbers "
        + "changed, 64 at each load (16 for dense memories). The table has the largest load up to which at most 1 % of the "
        + "numbers are wrong where retrieval came to rest. Continuous memories store the patterns at length 1, with "
        + "beta = d (softmax is then the memory of e^(ξ·s)), balls of 1.2 times the squared distance of a cue, and "
        + "\(MemoryKind.featureCount(quick: quick)) random features at beta 10; the sign of their states is judged."
    )
    func addTable(
      _ name: String, of measure: String, label: (MemoryKind) -> String, value: (CapacityCase) -> Double
    ) {
      section.addTable(
        name, columns: ["Memory"] + dimensions.map { "d = \($0)" }, digits: 0,
        rows: MemoryKind.allCases.map { kind in
          (label(kind), cases(kind).map { .number("\(measure)_\($0.key)", value($0)) })
        })
    }
    addTable("capacity", of: "capacity", label: \.label, value: \.capacity)
    section.addNumbers(cases.map { .number("capacity_open_\($0.key)", $0.isOpen ? 1 : 0) })
    let open = cases.filter(\.isOpen).map { "\($0.kind.label), d = \($0.dimension)" }
    if !open.isEmpty {
      section.addParagraph(
        "Not the memories' own limit but that of the measurement, a number of patterns × d, ended these curves: "
          + open.joined(separator: "; ") + ".")
    }
    section.addParagraph("What theory says, for the same d:")
    addTable(
      "capacity_theory", of: "theory", label: { "\($0.label): \($0.expectedCapacityWords)" }, value: \.theory)
    section.addFigure(
      "capacity-binary.svg", growth(binary: true), caption: "Memories of binary states: capacity against d")
    section.addFigure(
      "capacity-continuous.svg", growth(binary: false),
      caption:
        "Continuous memories: capacity against d; on the falling line the measurement ended, not the memory")
    for kind in MemoryKind.allCases {
      section.addFigure(
        "capacity-\(kind.rawValue).svg", errors(cases(kind), of: kind),
        caption: "Error against patterns stored: \(kind.label)")
    }
    section.addFile("capacity.csv", points)
    return section
  }

  private var points: CSVTable {
    var table = CSVTable(columns: ["memory", "dimension", "patterns", "error", "recalled", "mean_steps"])
    for one in cases {
      for point in one.curve.points {
        table.addRow(
          [one.kind.rawValue, "\(one.dimension)", "\(point.patternCount)"]
            + [point.error, point.recalled, point.meanSteps].map { "\($0)" })
      }
    }
    return table
  }

  /// Error against load, one line a d; dashed where theory draws the border.
  private func errors(_ cases: [CapacityCase], of kind: MemoryKind) -> LinePlot {
    let most = cases.map(\.largestLoad).max() ?? 1
    let measured = cases.map { one in
      LinePlot.Series(
        label: "d = \(one.dimension)", x: one.curve.points.map { Double($0.patternCount) },
        y: one.curve.points.map(\.error))
    }
    let theory = cases.filter { $0.theory <= 2 * most }.map { one in
      LinePlot.Series(
        label: "theory, d = \(one.dimension)", x: [one.theory, one.theory], y: [0, 0.25], isReference: true)
    }
    return LinePlot(
      title: "Errors of \(kind.label)", xTitle: "patterns stored", yTitle: "share of numbers wrong",
      xScale: .logarithmic, series: measured + theory)
  }

  /// Capacity against d, with theory dashed.
  private func growth(binary: Bool) -> LinePlot {
    func line(_ label: String, _ cases: [CapacityCase], _ value: (CapacityCase) -> Double, isReference: Bool)
      -> LinePlot.Series
    {
      .init(
        label: label, x: cases.map { Double($0.dimension) }, y: cases.map(value), isReference: isReference)
    }
    let kinds = MemoryKind.allCases.filter { $0.isBinary == binary }
    let measured = kinds.map { kind in
      line(kind.label, cases(kind).filter { $0.capacity > 0 }, \.capacity, isReference: false)
    }
    // Softmax's theory stands for all weightings; lines of exponential capacity leave the plot with the first d.
    let limit = 4 * (cases.map(\.largestLoad).max() ?? 1)
    let theories = kinds.filter { $0 != .entmax && $0 != .sparsemax }.map { kind in
      line("theory, \(kind.label)", cases(kind).filter { $0.theory <= limit }, \.theory, isReference: true)
    }.filter { $0.x.count > 1 }
    // What lies on this line is no capacity: the measurement ended there.
    let most = cases.filter { $0.kind.isBinary == binary }.map(\.mostNumbers).max() ?? 0
    let end = LinePlot.Series(
      label: "end of the measurement", x: dimensions.map(Double.init),
      y: dimensions.map { Double(most / $0) }, isReference: true)
    return LinePlot(
      title: "Patterns stored with at most 1 % wrong", xTitle: "d", yTitle: "patterns",
      xScale: .logarithmic, yScale: .logarithmic, series: measured + theories + [end])
  }
}
