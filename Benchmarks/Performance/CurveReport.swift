import EnergyTransformer
import Measurements
import Reporting

/// The curves as drawings and as a table of their points.
struct CurveReport {
  let points: [CurvePoint]

  /// One drawing: its file, and what it shows.
  struct Figure {
    let file: String
    let caption: String
    let plot: LinePlot
  }

  /// Time forward, time of training and memory of training along each axis.
  var figures: [Figure] {
    CurveAxis.allCases.flatMap { axis in
      [
        figure(axis, .forward, "time", "Time of a forward descent", "milliseconds") { $0.milliseconds },
        figure(axis, .training, "time", "Time of a training step", "milliseconds") { $0.milliseconds },
        figure(axis, .training, "memory", "Memory of a training step", "megabytes above the idle process") {
          $0.megabytes
        },
      ].compactMap(\.self)
    }
  }

  /// Every point, one a row.
  func table() -> CSVTable {
    var table = CSVTable(columns: ["axis", "value", "variant", "work", "milliseconds", "megabytes"])
    for point in points {
      table.addRow([
        point.axis.rawValue, "\(point.value)", point.variant.name, point.work.rawValue,
        "\(point.milliseconds)", point.megabytes.map { "\($0)" } ?? "",
      ])
    }
    return table
  }

  private func figure(
    _ axis: CurveAxis, _ work: Work, _ what: String, _ title: String, _ unit: String,
    _ quantity: (CurvePoint) -> Double?
  ) -> Figure? {
    let series = Variant.all.compactMap { variant -> LinePlot.Series? in
      let mine = points.filter { $0.axis == axis && $0.work == work && $0.variant == variant }
        .compactMap { point in quantity(point).map { (Double(point.value), $0) } }
      return mine.isEmpty ? nil : LinePlot.Series(label: variant.label, x: mine.map(\.0), y: mine.map(\.1))
    }
    guard !series.isEmpty else { return nil }
    var plot = LinePlot(
      title: "\(title) against \(axis.rawValue)", xTitle: axis.title, yTitle: unit, series: series)
    (plot.xScale, plot.yScale) = (.logarithmic, .logarithmic)
    return Figure(
      file: "\(axis.rawValue)-\(work.rawValue)-\(what).svg", caption: "\(title); \(axis.rest)", plot: plot)
  }
}
