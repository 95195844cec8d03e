import EnergyTransformer
import Foundation
import Measurements
import Reporting

/// The page and the record of the measurements on graphs.
struct GraphReport {
  let variants: [Variant]
  /// Processes that wanted a core in the minute before, where the system says.
  let load: Double?
  /// The graphs that all variants ran on, what they are, and what was measured.
  var comparisons: [(workload: GraphWorkload, description: String, measurement: BlockMeasurement)] = []
  var scales: [ScaleComparison.Outcome] = []
  var memory: [EdgeMemory] = []

  init(variants: [Variant], load: Double?) { (self.variants, self.load) = (variants, load) }

  /// Writes everything to a folder and prints the first tables.
  func write(_ record: RunRecord, to folder: String) throws {
    var record = record
    record.summary = summary
    let tables = GraphTables(report: self, summary: summary)
    record.tables = tables.all
    record.headline = [
      "reddit_forward_ratio", "reddit_train_ratio", "hundred_thousand_forward_ratio",
      "hundred_thousand_train_ratio", "million_edge_time_ratio_random", "million_peak_gib",
    ].filter { summary[$0] != nil }
    try GraphPage(record: record, report: self, tables: tables, folder: folder).page()
      .write(to: "\(folder)/README.md")
    try record.write(toFolder: folder)
    for table in [tables.ratios, tables.scale].compactMap(\.self) {
      print(try TableRecipe.render(table, summary: summary).markdown)
    }
    print("Page: \(folder)/README.md")
  }

  private var summary: [String: Double] {
    var numbers: [String: Double] = [:]
    numbers["load_average_before"] = load
    for (workload, _, measurement) in comparisons {
      numbers.merge(BlockSummary(measurement, peak: nil).numbers) { $1 }
      numbers["\(workload.name)_nodes"] = Double(workload.nodes)
      numbers["\(workload.name)_edges"] = Double(workload.edges)
    }
    for outcome in scales {
      numbers.merge(outcome.measurement.numbers) { $1 }
      for graph in [outcome.measurement.smaller.workload, outcome.measurement.larger.workload] {
        numbers["\(graph.name)_nodes"] = Double(graph.nodes)
        numbers["\(graph.name)_edges"] = Double(graph.edges)
      }
      let name = outcome.measurement.larger.workload.name
      if let model = outcome.model {
        numbers["\(name)_model_seconds"] = model.seconds
        numbers["\(name)_model_edge_nanoseconds"] =
          1e9 * model.seconds / Double(outcome.measurement.larger.workload.edges)
        numbers["\(name)_model_peak_gib"] = model.peak.map { $0 / 0x1p30 }
      }
      // Of the orders of nodes the slower one, and of all processes the largest.
      let (seconds, peaks) = (
        [numbers["\(name)_seconds"], outcome.measurement.larger.median],
        [
          numbers["\(name)_peak_gib"], outcome.measurement.larger.peak.map { $0 / 0x1p30 },
          numbers["\(name)_model_peak_gib"],
        ]
      )
      numbers["\(name)_seconds"] = seconds.compactMap(\.self).max()
      numbers["\(name)_peak_gib"] = peaks.compactMap(\.self).max()
    }
    for found in memory { numbers.merge(found.numbers) { $1 } }
    return numbers
  }
}
