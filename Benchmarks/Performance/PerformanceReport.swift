import EnergyTransformer
import Foundation
import Measurements
import Reporting

/// The page, the curves and the record.
struct PerformanceReport {
  let measurements: [BlockMeasurement]
  /// 10⁹ operations a second by what was computed.
  let peaks: [String: Double]
  /// How many times as long a descent takes with a term of a user's, by the summary's names.
  let term: [String: Double]
  /// How a causal model of text continues a sequence, where that was measured.
  let generation: GenerationComparison?
  let epochs: [EpochComparison]
  let curves: [CurvePoint]

  /// Writes everything to a folder and prints the first table.
  func write(_ record: RunRecord, to folder: String) throws {
    var record = record
    record.summary = summary
    let tables = PerformanceTables(
      workloads: measurements.map(\.workload), generation: generation?.workload, epochs: epochs.map(\.epochs),
      summary: summary)
    record.tables = tables.all
    record.headline = [
      "small_forward_ratio", "small_train_ratio", "paper_forward_ratio", "paper_train_ratio",
      "text_forward_ratio", "text_train_ratio", "text_generation_ratio",
    ]
    .filter { summary[$0] != nil }
    let report = CurveReport(points: curves)
    var figures = Dictionary(uniqueKeysWithValues: report.figures.map { ($0.file, $0.plot) })
    if !curves.isEmpty { try report.table().write(to: "\(folder)/curves.csv") }
    if epochs.count > 1 { figures["masked-images-error.svg"] = errorPlot }
    try FigureFile(figures).write(toFolder: folder)
    try page(record, tables, report, folder).write(to: "\(folder)/README.md")
    try record.write(toFolder: folder)
    if !measurements.isEmpty { print(try TableRecipe.render(tables.ratios, summary: summary).markdown) }
    print("Page: \(folder)/README.md")
  }

  private var summary: [String: Double] {
    let peak = peaks.values.max()
    var numbers: [String: Double] = [:]
    for measurement in measurements {
      numbers.merge(BlockSummary(measurement, peak: peak).numbers) { $1 }
    }
    for (name, value) in peaks { numbers["peak_\(Self.summaryName(name))_gflops"] = value }
    numbers["peak_gflops"] = peak
    numbers.merge(term) { $1 }
    numbers.merge(generation?.numbers ?? [:]) { $1 }
    for run in epochs {
      let name = "masked_images_\(run.epochs)_epochs"
      numbers["\(name)_ratio"] = run.ratio
      numbers["\(name)_own_seconds"] = run.own.seconds / Double(run.epochs)
      numbers["\(name)_jax_seconds"] = run.jax.seconds / Double(run.epochs)
      numbers["\(name)_own_train_seconds"] = run.own.seconds
      numbers["\(name)_jax_train_seconds"] = run.jax.seconds
      numbers["\(name)_jax_compile_seconds"] = run.compileSeconds
      numbers["\(name)_own_mse"] = run.own.error
      numbers["\(name)_jax_mse"] = run.jax.error
    }
    return numbers
  }

  private static func summaryName(_ text: String) -> String {
    text.lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: "_")
  }

  private var errorPlot: LinePlot {
    let sorted = epochs.sorted { $0.epochs < $1.epochs }
    var plot = LinePlot(
      title: "Masked images: error against seconds of training", xTitle: "seconds of training",
      yTitle: "mean squared error of hidden pixels",
      series: [
        .init(label: "this library", x: sorted.map(\.own.seconds), y: sorted.map(\.own.error)),
        .init(label: "JAX", x: sorted.map(\.jax.seconds), y: sorted.map(\.jax.error)),
      ])
    plot.xScale = .logarithmic
    return plot
  }

  private func page(_ record: RunRecord, _ tables: PerformanceTables, _ curves: CurveReport, _ folder: String)
    throws
    -> MarkdownPage
  {
    var page = PerformancePage(record: record)
    page.addIntroduction(peaks: peaks)
    if !measurements.isEmpty {
      try page.addTable(tables.ratios)
      try page.addTimes(measurements, tables)
      try page.addTable(tables.memory)
      try page.addTable(tables.allocations)
    }
    if !term.isEmpty { try page.addTerm(tables.term) }
    if let generation, let table = tables.generationTable {
      try page.addGeneration(table, generation.workload)
    }
    if let table = tables.epochsTable { try page.addEpochs(table, hasPlot: epochs.count > 1) }
    page.addCurves(curves.figures)
    let layered = "../performance-layered/README.md"
    if !measurements.isEmpty, FileManager.default.fileExists(atPath: "\(folder)/\(layered)") {
      page.addLayered(layered)
    }
    if FileManager.default.fileExists(atPath: "\(folder)/operations.md") {
      page.addOperations("operations.md")
    }
    if FileManager.default.fileExists(atPath: "\(folder)/profile.md") { page.addProfile("profile.md") }
    page.addMachine()
    return page.page
  }
}
