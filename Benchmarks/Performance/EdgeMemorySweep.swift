import EnergyTransformer
import Foundation
import Measurements

/// The memory of a training step of this library while the edges of a graph grow, its nodes stay, and heads are more.
struct EdgeMemorySweep {
  let nodes: Int
  let launcher: WorkerLauncher
  let seed: UInt64
  let say: (String) -> Void

  static let degrees = [10, 20, 40, 80]
  static let heads = [2, 4]

  func measured() throws -> [EdgeMemory] {
    var found = Self.heads.map { EdgeMemory(heads: $0) }
    for degree in Self.degrees {
      let made = GraphCase.generated(nodes: nodes, meanDegree: degree, order: .random, seed: seed)
      for index in found.indices {
        var workload = made.workload
        workload.heads = found[index].heads
        say("memory of training: \(workload.edges) edges, \(workload.heads) heads")
        let file = "\(launcher.workFolder)/memory.safetensors"
        defer { try? FileManager.default.removeItem(atPath: file) }
        try GraphProblemFile.write(workload, on: made.graph, trains: true, seed: seed, to: file)
        if let figures = try WorkerProcess.memory(of: .own, in: workload, file: file, by: launcher) {
          found[index].add(workload, figures)
        }
      }
    }
    return found
  }
}

extension WorkerProcess {
  /// The memory of a training step in a fresh process; nil where the system does not say.
  static func memory(
    of variant: Variant, in workload: any Workload, file: String, by launcher: WorkerLauncher
  ) throws -> MemoryFigures? {
    let worker = try WorkerProcess(variant, by: launcher)
    defer { worker.quit() }
    let rest = try worker.ask(WorkerRequest(.memory)).residentKilobytes
    let planned = try worker.ask(.prepare(workload, .training, file: file)).plannedKilobytes
    _ = try worker.ask(WorkerRequest(.resetPeak))
    _ = try worker.ask(.time(repetitions: 2))
    let peak = try worker.ask(WorkerRequest(.memory)).peakKilobytes
    guard let rest, let peak else { return nil }
    return MemoryFigures(
      rest: 1024 * Double(rest), peak: 1024 * Double(peak), planned: planned.map { 1024 * Double($0) })
  }
}
