import Measurements

/// The block as it is and with a term of a user's, in turns.
enum TermComparison {
  static func measured(
    _ workload: BlockWorkload, launcher: WorkerLauncher, effort: BlockComparison.Effort, seed: UInt64,
    say: @escaping (String) -> Void
  ) throws -> [Work: RoundTimes] {
    try BlockComparison(
      workload: workload, variants: [.own, .ownTerm], comparesNumbers: false, launcher: launcher,
      effort: effort, say: say, writeProblem: { try ProblemFile.write(workload, seed: seed, to: $0) }
    ).measured().0.times
  }

  /// The name of a figure in a record's summary.
  static func summaryName(_ workload: any Workload, _ work: Work) -> String {
    "\(workload.name)_\(work.summaryName)_term_ratio"
  }

  /// How many times as long the sum with the term takes, by name.
  static func summary(_ workload: any Workload, _ times: [Work: RoundTimes]) -> [String: Double] {
    var numbers: [String: Double] = [:]
    for (work, times) in times {
      let name = summaryName(workload, work)
      numbers[name] = times.ratio(ofFastest: [.ownTerm], to: .own)
      numbers["\(name)_minima"] = times.ratioOfMinima(ofFastest: [.ownTerm], to: .own)
    }
    return numbers
  }
}
