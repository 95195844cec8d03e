import ArgumentParser
import EnergyTransformer
import Foundation
import Kit
import Measurements
import Reporting

/// Measures the block on graphs and writes the page.
struct Graphs: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure the block on graphs beside PyTorch Geometric, and how it grows with the graph.")

  @OptionGroup var options: GraphOptions

  func run() throws {
    // A worker that ended is an error to report, not a signal to die from.
    signal(SIGPIPE, SIG_IGN)
    let started = Date()
    // Everything that can fail at once comes before any work.
    let read = try options.data.map(GraphCase.read)
    let names = read.map(\.workload.name) + [GraphWorkload.name(nodes: options.smaller)]
    guard Set(names).count == names.count else {
      throw WorkerFault("--data: graphs of the same name: \(names.joined(separator: ", "))")
    }
    var record = RunRecord(
      experiment: "performance", title: "Performance on graphs", options: options.texts, seed: options.seed,
      data: try zip(options.data, read).map {
        try DataFingerprint(name: $1.graph.name, path: $0, count: $1.graph.nodeCount)
      })
    try record.prepareFolder(options.output, options.writing)
    let workFolder = FileManager.default.temporaryDirectory
      .appendingPathComponent("performance-\(ProcessInfo.processInfo.processIdentifier)").path
    defer { try? FileManager.default.removeItem(atPath: workFolder) }
    let launcher = try WorkerLauncher(
      python: options.python, peers: options.peerPrograms, threads: options.threads, workFolder: workFolder)
    var report = GraphReport(variants: options.variants, load: ProcessFigures.loadAverage())
    if options.parts.contains(.comparison) {
      try compare(read, launcher, &report, &record)
      record.timings["comparison"] = Date().timeIntervalSince(started)
    }
    if options.parts.contains(.scale) {
      for order in [NodeOrder.random, .byCommunity] {
        report.scales.append(
          try ScaleComparison(
            smaller: options.smaller, larger: options.larger, order: order, launcher: launcher,
            effort: options.effort, seed: options.seed, say: say
          ).measured(withModel: order == .random))
      }
    }
    if options.parts.contains(.memory) {
      report.memory = try EdgeMemorySweep(
        nodes: options.smaller / 2, launcher: launcher, seed: options.seed, say: say
      ).measured()
    }
    record.timings["total"] = Date().timeIntervalSince(started)
    try report.write(record, to: options.output)
  }

  /// All variants on the graphs of files, and on a generated one.
  private func compare(
    _ read: [GraphCase], _ launcher: WorkerLauncher, _ report: inout GraphReport, _ record: inout RunRecord
  ) throws {
    let made = GraphCase.generated(nodes: options.smaller, order: .random, seed: options.seed)
    for graph in read + [made] {
      let (measurement, versions) = try BlockComparison(
        workload: graph.workload, variants: options.variants, reference: .graphAutomatic, launcher: launcher,
        effort: options.effort, say: say,
        writeProblem: { try graph.write(trains: true, seed: options.seed, to: $0) }
      ).measured()
      record.versions.merge(versions) { $1 }
      report.comparisons.append((graph.workload, graph.description, measurement))
    }
  }

  private func say(_ text: String) { ProcessFigures.remark(text) }
}
