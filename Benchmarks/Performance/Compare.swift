import ArgumentParser
import EnergyTransformer
import Foundation
import Kit
import Measurements
import Reporting

/// Measures everything and writes the page.
struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Measure the library beside its peers and write a page.")

  @OptionGroup var options: CompareOptions

  func run() throws {
    // A worker that ended is an error to report, not a signal to die from.
    signal(SIGPIPE, SIG_IGN)
    let started = Date()
    var record = RunRecord(
      experiment: "performance", title: "Performance", options: options.texts, seed: options.seed)
    if !options.epochs.isEmpty { record.data = try EpochComparison.fingerprints() }
    try record.prepareFolder(options.output, options.writing)
    let workFolder = FileManager.default.temporaryDirectory
      .appendingPathComponent("performance-\(ProcessInfo.processInfo.processIdentifier)").path
    defer { try? FileManager.default.removeItem(atPath: workFolder) }
    let launcher = try WorkerLauncher(
      python: options.python, peers: options.peerPrograms, threads: options.threads, workFolder: workFolder)

    var peaks = try measuredPeaks(launcher, &record.versions)
    var measurements: [BlockMeasurement] = []
    for workload in options.workloads {
      let (measurement, versions) = try BlockComparison(
        workload: workload, variants: options.variants, launcher: launcher, effort: options.effort, say: say,
        writeProblem: { try ProblemFile.write(workload, seed: options.seed, to: $0) }
      ).measured()
      record.versions.merge(versions) { $1 }
      measurements.append(measurement)
      peaks.merge(try measuredPeaks(launcher, &record.versions)) { max($0, $1) }
    }
    let small = options.workloads.first { $0.name == "small" }
    let term = try small.map { workload in
      say("\(workload.name) with a user's term")
      let times = try TermComparison.measured(
        workload, launcher: launcher, effort: options.effort, seed: options.seed, say: say)
      return TermComparison.summary(workload, times)
    }
    let text = options.workloads.first(where: \.isCausal)
    let generation = try text.map { workload in
      let (generation, versions) = try GenerationComparison.measured(
        GenerationWorkload(workload), variants: options.generationVariants, launcher: launcher,
        effort: options.effort, seed: options.seed, say: say)
      record.versions.merge(versions) { $1 }
      return generation
    }
    let epochs = try options.epochs.map { count in
      say("masked-images, \(count) epochs")
      return try EpochComparison.measured(epochs: count, launcher: launcher, seed: options.seed)
    }
    let curves =
      try CurveSweep(
        launcher: launcher, axes: options.curves, variants: options.variants, isQuick: options.quick,
        seed: options.seed, say: say
      ).measured()
    record.timings["total"] = Date().timeIntervalSince(started)
    try PerformanceReport(
      measurements: measurements, peaks: peaks, term: term ?? [:], generation: generation, epochs: epochs,
      curves: curves
    ).write(record, to: options.output)
  }

  /// What the processor can do, in a process of its own with as many threads as the others.
  private func measuredPeaks(_ launcher: WorkerLauncher, _ versions: inout [String: String]) throws
    -> [String: Double]
  {
    let worker = try WorkerProcess(.own, by: launcher)
    defer { worker.quit() }
    versions.merge(worker.versions) { $1 }
    return try worker.ask(WorkerRequest(.peak)).peaks ?? [:]
  }

  private func say(_ text: String) { ProcessFigures.remark(text) }
}
