import Foundation
import Measurements

/// Time and memory while one size grows.
struct CurveSweep {
  let launcher: WorkerLauncher
  let axes: [CurveAxis]
  /// What is not left out of the run.
  let variants: [Variant]
  /// Only the first few points of each, to see whether everything runs.
  let isQuick: Bool
  let seed: UInt64
  let say: (String) -> Void

  /// Milliseconds from which the one run after the two of warming up is the measurement.
  private static let longRun = 4000.0
  private static let drawn = ["own", "jax-automatic", "jax-closed", "torch-closed", "torch-frozen-step"]

  /// All points that fit into memory.
  func measured() throws -> [CurvePoint] {
    var points: [CurvePoint] = []
    for axis in axes {
      for (value, workload) in axis.workloads.prefix(isQuick ? 3 : .max) {
        say("curve: \(axis.rawValue) \(value)")
        let file = "\(launcher.workFolder)/\(workload.name).safetensors"
        try ProblemFile.write(workload, seed: seed, to: file)
        defer { try? FileManager.default.removeItem(atPath: file) }
        for variant in variants where Self.drawn.contains(variant.name) {
          for work in Work.allCases where variant.does(work) && fits(workload, variant, work) {
            points.append(try point(axis, value, workload, variant, work, file))
          }
        }
      }
    }
    return points
  }

  /// A fresh process for each, so that its memory is that of this work alone.
  private func point(
    _ axis: CurveAxis, _ value: Int, _ workload: BlockWorkload, _ variant: Variant, _ work: Work,
    _ file: String
  ) throws -> CurvePoint {
    let worker = try WorkerProcess(variant, by: launcher)
    defer { worker.quit() }
    let rest = try worker.ask(WorkerRequest(.memory)).residentKilobytes
    _ = try worker.ask(.prepare(workload, work, file: file))
    _ = try worker.ask(WorkerRequest(.resetPeak))
    var times = try worker.ask(.time(repetitions: 1)).milliseconds ?? []
    if let trial = times.first, trial < Self.longRun {
      let count = Statistics.repetitions(of: trial, in: 0.4, 3...100)
      times = try worker.ask(.time(repetitions: count)).milliseconds ?? []
    }
    let peak = try worker.ask(WorkerRequest(.memory)).peakKilobytes
    guard let median = Statistics.median(times) else { throw WorkerFault("\(variant.name): no times") }
    // A logarithmic axis has no zero: nothing measurable is drawn as one page of 4 kB.
    let megabytes = rest.flatMap { rest in peak.map { max(0.004, Double($0 - rest) / 1024) } }
    return CurvePoint(
      axis: axis, value: value, variant: variant, work: work, milliseconds: median, megabytes: megabytes)
  }

  /// Peers keep the attention weights of all steps for the way back, three arrays each: no more than 40 % of memory.
  private func fits(_ workload: BlockWorkload, _ variant: Variant, _ work: Work) -> Bool {
    guard work == .training, variant.system != .own else { return true }
    let weights = Double(workload.batch * workload.heads) * Double(workload.tokens * workload.tokens)
    let kept = 3 * 4 * Double(workload.steps) * weights
    return kept < 0.4 * Double(ProcessInfo.processInfo.physicalMemory)
  }
}
