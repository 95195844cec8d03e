import EnergyTransformer
import Foundation
import Measurements

/// Inference of this library on two graphs that differ in size alone, in turns.
struct ScaleComparison {
  let smaller: Int, larger: Int
  let order: NodeOrder
  let launcher: WorkerLauncher
  let effort: BlockComparison.Effort
  let seed: UInt64
  let say: (String) -> Void

  /// What came out, and of the whole model on the larger graph the seconds and the highest memory in bytes.
  struct Outcome {
    let measurement: ScaleMeasurement
    let model: (seconds: Double, peak: Double?)?
  }

  /// - Parameter withModel: Whether the whole model of nodes is measured too.
  func measured(withModel: Bool) throws -> Outcome {
    let files = ["smaller", "larger"].map { "\(launcher.workFolder)/\($0).safetensors" }
    defer { for file in files { try? FileManager.default.removeItem(atPath: file) } }
    // The graphs are gone from this process before anything is measured.
    let workloads = try zip([smaller, larger], files).map { nodes, file in
      say("a graph of \(nodes) nodes, numbered \(order.words)")
      let made = GraphCase.generated(nodes: nodes, order: order, seed: seed)
      try made.write(trains: false, seed: seed, to: file)
      return made.workload
    }
    var measurement = ScaleMeasurement(
      order: order.summaryName, smaller: workloads[0], larger: workloads[1])
    for round in 0..<effort.rounds {
      say("inference against size, numbered \(order.words), round \(round + 1) of \(effort.rounds)")
      let workers = try zip(workloads, files).map { workload, file in
        let worker = try WorkerProcess(.own, by: launcher)
        _ = try worker.ask(.prepare(workload, .forward, file: file))
        return worker
      }
      var seconds: [[Double]] = [[], []]
      for turn in 0..<effort.turns {
        // Another one goes first in every turn.
        for place in turn.isMultiple(of: 2) ? [0, 1] : [1, 0] {
          seconds[place] += try runs(of: workers[place])
        }
      }
      measurement.smaller.seconds.append(seconds[0])
      measurement.larger.seconds.append(seconds[1])
      measurement.smaller.peak = try higher(measurement.smaller.peak, peak(of: workers[0]))
      measurement.larger.peak = try higher(measurement.larger.peak, peak(of: workers[1]))
      for worker in workers { worker.quit() }
    }
    return try Outcome(measurement: measurement, model: withModel ? model(workloads[1], files[1]) : nil)
  }

  /// Seconds of the runs of a turn.
  private func runs(of worker: WorkerProcess) throws -> [Double] {
    let trial = try worker.ask(.time(repetitions: 1)).milliseconds?.first ?? 0
    let count = Statistics.repetitions(of: trial, in: effort.seconds, effort.repetitions)
    return (try worker.ask(.time(repetitions: count)).milliseconds ?? []).map { 1e-3 * $0 }
  }

  /// The highest resident memory since the process began, in bytes.
  private func peak(of worker: WorkerProcess) throws -> Double? {
    try worker.ask(WorkerRequest(.memory)).peakKilobytes.map { 1024 * Double($0) }
  }

  private func higher(_ a: Double?, _ b: Double?) -> Double? { a.map { max($0, b ?? $0) } ?? b }

  private func model(_ workload: GraphWorkload, _ file: String) throws -> (seconds: Double, peak: Double?)? {
    say("the whole model on \(workload.nodes) nodes")
    let worker = try WorkerProcess(.ownModel, by: launcher)
    defer { worker.quit() }
    _ = try worker.ask(.prepare(workload, .forward, file: file))
    let seconds = try runs(of: worker)
    return try Statistics.median(seconds).map { (seconds: $0, peak: try peak(of: worker)) }
  }
}
