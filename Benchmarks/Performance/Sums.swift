import ArgumentParser
import EnergyTransformer
import Measurements
import Reporting

/// What does a term of a user's cost beside attention and memories?
struct Sums: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure a descent with and without an elementwise term of a user's, in turns; no peers.")

  @Option(help: "Workload: paper, paperb4, small, tiny, graph or text.") var configuration = "small"
  @OptionGroup var effort: EffortOptions

  func validate() throws {
    if !BlockWorkload.standard.contains(where: { $0.name == configuration }) {
      throw ValidationError("--configuration: no workload \(configuration)")
    }
  }

  func run() throws {
    let workload = BlockWorkload.standard.first { $0.name == configuration } ?? BlockWorkload.standard[0]
    let times = try WorkerLauncher.withWorkFolder { workFolder in
      try TermComparison.measured(
        workload, launcher: WorkerLauncher(threads: effort.threads, workFolder: workFolder),
        effort: effort.effort, seed: effort.seed, say: ProcessFigures.writeLine)
    }
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
