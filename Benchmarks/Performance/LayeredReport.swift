import EnergyTransformer
import Measurements
import Reporting

/// The page and the record of the comparison on a layered network.
struct LayeredReport {
  let measurement: BlockMeasurement
  /// Processes that wanted a core in the minute before, where the system says.
  let load: Double?

  /// Writes everything to a folder and prints the first table.
  func write(_ record: RunRecord, to folder: String) throws {
    var record = record
    record.summary = summary
    record.headline = Work.allCases.map(ratioName).filter { summary[$0] != nil }
    let tables = PerformanceTables(
      workloads: [measurement.workload], variants: Variant.onLayers, epochs: [], summary: summary)
    record.tables = [ratios, tables.times(measurement.workload), tables.memory, tables.allocations]
    var page = PerformancePage(record: record)
    page.addLayeredIntroduction(load: load)
    try page.addTable(ratios)
    try page.addTimes([measurement], tables)
    try page.addTable(tables.memory)
    try page.addTable(tables.allocations)
    page.addMachine()
    try page.page.write(to: "\(folder)/README.md")
    try record.write(toFolder: folder)
    print(try TableRecipe.render(ratios, summary: summary).markdown)
    print("Page: \(folder)/README.md")
  }

  private var summary: [String: Double] {
    var numbers = BlockSummary(measurement, peak: nil).numbers
    numbers["load_average_before"] = load
    for (work, times) in measurement.times {
      let name = ratioName(work)
      numbers[name] = times.ratio(ofFastest: [.layeredAutomatic], to: .own)
      numbers["\(name)_minima"] = times.ratioOfMinima(ofFastest: [.layeredAutomatic], to: .own)
    }
    return numbers
  }

  /// How many times as long HAMUX's way takes.
  private func ratioName(_ work: Work) -> String {
    "\(measurement.workload.name)_\(work.summaryName)_ratio_hamux"
  }

  private var ratios: TableRecipe {
    TableRecipe(
      name: "ratios",
      columns: [
        "Work", "HAMUX's way / this library", "by shortest runs", "faster JAX / this library",
        "by shortest runs",
      ],
      rows: Work.allCases.map { work in
        let faster = "\(measurement.workload.name)_\(work.summaryName)_ratio"
        let names = [ratioName(work), "\(ratioName(work))_minima", faster, "\(faster)_minima"]
        return TableRecipe.Row(
          label: work.rawValue, summaryKeys: names.map { summary[$0] == nil ? "" : $0 })
      }, digits: 2)
  }
}
