import Measurements

/// The continuation of a sequence by a causal model of text, here and in PyTorch, in turns.
struct GenerationComparison {
  let workload: GenerationWorkload
  let measurement: BlockMeasurement

  /// What a record's summary says.
  var numbers: [String: Double] { GenerationSummary(measurement, of: workload).numbers }

  /// - Returns: What was measured, and the versions of what computed it.
  static func measured(
    _ workload: GenerationWorkload, variants: [Variant], launcher: WorkerLauncher,
    effort: BlockComparison.Effort, seed: UInt64, say: @escaping (String) -> Void
  ) throws -> (GenerationComparison, versions: [String: String]) {
    let (measurement, versions) = try BlockComparison(
      workload: workload, variants: variants, works: [.forward], reference: .cached, launcher: launcher,
      effort: effort, say: say, writeProblem: { try TextProblemFile.write(workload, seed: seed, to: $0) }
    ).measured()
    return (GenerationComparison(workload: workload, measurement: measurement), versions)
  }
}
