import ArgumentParser
import EnergyTransformer
import Foundation
import Kit
import Measurements
import Reporting

/// Measures a layered network beside the same one in HAMUX's way and writes the page.
struct Layered: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure a network of three layers beside the same in JAX, as HAMUX writes it.")

  @Option(parsing: .upToNextOption, help: "Neurons of the visible, the hidden and the label layer.")
  var layers = [784, 500, 10]
  @Option(help: "Examples.") var batch = 256
  @Option(help: "Steps of a descent.") var steps = 60
  @OptionGroup var effort: EffortOptions
  @OptionGroup var peer: PeerOptions
  @Flag(help: "Few and short turns, which only show whether everything runs.") var quick = false
  @Option(help: "Folder for the page and the record.") var output = "Runs/performance-layered"
  @OptionGroup var writing: WritingOptions

  func validate() throws {
    try checkNames([("output", output)])
    guard layers.count == 3 else {
      throw ValidationError("--layers takes 3 numbers of neurons, not \(layers.count)")
    }
    for (name, value) in layers.map({ ("layers", $0) }) + [("batch", batch), ("steps", steps)]
    where !(1...100_000).contains(value) {
      throw ValidationError("--\(name) must lie in 1 ... 100000, not \(value)")
    }
  }

  mutating func run() throws {
    if quick { (effort.rounds, effort.turns, effort.seconds) = (1, 1, min(effort.seconds, 0.05)) }
    let started = Date()
    var record = RunRecord(
      experiment: "performance", title: "Performance of a layered network", options: texts,
      seed: effort.seed)
    try record.prepareFolder(output, writing)
    let load = ProcessFigures.loadAverage()
    let (workload, seed) = (workload, effort.seed)
    let (measurement, versions) = try WorkerLauncher.withWorkFolder { workFolder in
      let launcher =
        peer.peers
        ? try WorkerLauncher(
          python: peer.python, peers: peer.peerPrograms, threads: effort.threads, workFolder: workFolder)
        : try WorkerLauncher(threads: effort.threads, workFolder: workFolder)
      return try BlockComparison(
        workload: workload, variants: peer.peers ? Variant.onLayers : [.own], reference: .layeredAutomatic,
        launcher: launcher, effort: effort.effort, say: ProcessFigures.remark,
        writeProblem: { try LayeredProblemFile.write(workload, seed: seed, to: $0) }
      ).measured()
    }
    record.versions.merge(versions) { $1 }
    record.timings["total"] = Date().timeIntervalSince(started)
    try LayeredReport(measurement: measurement, load: load).write(record, to: output)
  }

  private var workload: LayeredWorkload {
    var workload = LayeredWorkload()
    (workload.visible, workload.hidden, workload.labels) = (layers[0], layers[1], layers[2])
    (workload.batch, workload.steps) = (batch, steps)
    return workload
  }

  /// Every option that a result depends on, by name.
  private var texts: [String: String] {
    effort.texts.merging([
      "layers": layers.map(String.init).joined(separator: " "), "batch": "\(batch)", "steps": "\(steps)",
      "peers": "\(peer.peers)", "quick": "\(quick)",
    ]) { $1 }
  }
}
