import ArgumentParser
import EnergyTransformer
import Foundation
import Measurements

/// What does a term of a user's cost beside attention and memories?
struct Sums: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure a descent with and without an elementwise term of a user's, in turns; no peers.")

  @Option(help: "Workload: paper, paperb4, small, tiny or graph.") var configuration = "small"
  @Option(help: "Rounds, each with new processes.") var rounds = 3
  @Option(help: "Turns of both in a round.") var turns = 3
  @Option(help: "Seconds of a turn.") var seconds = 0.6
  @Option(help: "Threads.") var threads = 2
  @Option(help: "Seed of weights and tokens.") var seed: UInt64 = 0

  func validate() throws {
    if !BlockWorkload.standard.contains(where: { $0.name == configuration }) {
      throw ValidationError("--configuration: no workload \(configuration)")
    }
    for (name, value) in [("rounds", rounds), ("turns", turns), ("threads", threads)]
    where !(1...1024).contains(value) {
      throw ValidationError("--\(name) must lie in 1 ... 1024, not \(value)")
    }
    if !(seconds > 0 && seconds <= 3600) {
      throw ValidationError("--seconds must lie in 0 ... 3600, not \(seconds)")
    }
  }

  func run() throws {
    // A worker that ended is an error to report, not a signal to die from.
    signal(SIGPIPE, SIG_IGN)
    let workFolder = FileManager.default.temporaryDirectory
      .appendingPathComponent("performance-\(ProcessInfo.processInfo.processIdentifier)").path
    defer { try? FileManager.default.removeItem(atPath: workFolder) }
    let workload = BlockWorkload.standard.first { $0.name == configuration } ?? BlockWorkload.standard[0]
    let times = try TermComparison.measured(
      workload, launcher: WorkerLauncher(threads: threads, workFolder: workFolder),
      effort: BlockComparison.Effort(rounds: rounds, turns: turns, seconds: seconds), seed: seed,
      say: ProcessFigures.writeLine)
    for work in Work.allCases {
      func text(_ value: Double?) -> String { NumberText.significant(value ?? 0, digits: 3) }
      let found = times[work]
      print(
        "\(workload.name) \(work.rawValue): \(text(found?.median(of: .own))) ms, with a term "
          + "\(text(found?.median(of: .ownTerm))) ms, \(text(found?.ratio(ofFastest: [.ownTerm], to: .own))) "
          + "times; shortest \(text(found?.minimum(of: .own))) and \(text(found?.minimum(of: .ownTerm))) ms, "
          + "\(text(found?.ratioOfMinima(ofFastest: [.ownTerm], to: .own))) times")
    }
  }
}
