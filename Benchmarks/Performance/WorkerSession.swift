import EnergyTransformer
import Foundation
import Measurements
import ProcessControl

/// What the library's worker does with each command.
struct WorkerSession {
  let variant: Variant
  private var prepared: (own: any OwnWork, work: Work)?

  init(_ variant: Variant) { self.variant = variant }

  mutating func answer(_ request: WorkerRequest) throws -> WorkerReply {
    var reply = WorkerReply()
    switch request.command {
    case .prepare:
      let started = ProcessFigures.seconds()
      let work: Work = try given(request.work, "work")
      // What was prepared before would count as memory of what comes now.
      prepared = nil
      let own = try OwnWorks.work(
        variant, file: given(request.file, "file"), steps: given(request.steps, "steps"),
        stepSize: given(request.stepSize, "step_size"), isCausal: request.isCausal ?? false)
      prepared = (own, work)
      for _ in 0..<2 { try own.run(work) }
      reply.seconds = ProcessFigures.seconds() - started
    case .check:
      let (own, work) = try ready()
      let arrays = try own.results(of: work)
      try SafetensorsFile.write(path: given(request.output, "output"), arrays: arrays)
      reply.names = arrays.map(\.name).sorted()
    case .time:
      let (own, work) = try ready()
      let (faults, allocations) = (ProcessFigures.pageFaults(), et_allocation_count())
      var times: [Double] = []
      // Growing it later would be counted as an allocation of the work.
      times.reserveCapacity(try given(request.repetitions, "repetitions"))
      for _ in 0..<(request.repetitions ?? 0) {
        let started = ProcessFigures.seconds()
        try own.run(work)
        times.append(1e3 * (ProcessFigures.seconds() - started))
      }
      reply.allocations = allocations < 0 ? nil : et_allocation_count() - allocations
      reply.pageFaults = ProcessFigures.pageFaults() - faults
      reply.milliseconds = times
    case .memory:
      (reply.residentKilobytes, reply.peakKilobytes) = ProcessFigures.memory()
    case .resetPeak:
      try ProcessFigures.resetPeak()
    case .peak:
      reply.peaks = MachinePeak.figures()
    case .quit: break
    }
    return reply
  }

  private func ready() throws -> (any OwnWork, Work) {
    guard let prepared else { throw WorkerFault("nothing is prepared") }
    return prepared
  }

  private func given<Value>(_ value: Value?, _ name: String) throws -> Value {
    guard let value else { throw WorkerFault("the request has no \(name)") }
    return value
  }
}
