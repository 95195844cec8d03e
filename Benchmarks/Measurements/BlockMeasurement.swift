/// What was measured on one workload.
package struct BlockMeasurement: Sendable {
  package let workload: any Workload
  package var times: [Work: RoundTimes] = [:]
  /// The largest relative error of each variant's arrays against those of the variant that all are held against.
  package var errors: [Work: [Variant: [String: Double]]] = [:]
  /// Calls of malloc a run, the fewest of all turns, where they are counted.
  package var allocations: [Work: [Variant: Double]] = [:]
  /// Pages touched for the first time a run, the fewest of all turns.
  package var pageFaults: [Work: [Variant: Double]] = [:]
  /// Memory of a training step.
  package var memory: [Variant: MemoryFigures] = [:]

  package init(_ workload: any Workload) { self.workload = workload }

  /// Adds the runs of a turn.
  package mutating func add(_ reply: WorkerReply, of variant: Variant, _ work: Work, round: Int) {
    let times = reply.milliseconds ?? []
    guard !times.isEmpty else { return }
    self.times[work, default: RoundTimes()].add(times, of: variant, round: round)
    func keepFewest(_ count: Int?, in figures: inout [Work: [Variant: Double]]) {
      guard let count else { return }
      let each = Double(count) / Double(times.count)
      figures[work, default: [:]][variant] = min(each, figures[work]?[variant] ?? each)
    }
    keepFewest(reply.allocations, in: &allocations)
    keepFewest(reply.pageFaults, in: &pageFaults)
  }
}
