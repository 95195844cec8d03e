import ArgumentParser
import Kit
import Measurements

/// What is compared and how thoroughly.
struct CompareOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: "Workloads: paper, paperb4, small, tiny, graph, text, or none; all when left out.")
  var configurations: [String] = []
  @Option(parsing: .upToNextOption, help: "Variants to leave out, by name.") var skip: [String] = []
  @Option(help: "Rounds, each with new processes; 3 when left out, 1 with --quick.") var rounds: Int?
  @Option(help: "Turns of every variant in a round; 3 when left out, 1 with --quick.") var turns: Int?
  @Option(help: "Seconds of a turn; 0.6 when left out, 0.2 with --quick.") var seconds: Double?
  @Option(help: "Threads of every system.") var threads = 2
  @Option(help: "Seed of weights and tokens.") var seed: UInt64 = 0
  @Option(
    parsing: .upToNextOption,
    help: "Lengths in epochs of masked-images runs beside JAX; none when left out.")
  var epochs: [Int] = []
  @Option(
    parsing: .upToNextOption,
    help: "Also time and memory against any of tokens, batch, dimension and steps; none when left out.")
  var curves: [CurveAxis] = []
  @Flag(help: "A fast pass over tiny and small that only shows whether everything runs.") var quick = false
  @Option(help: "The interpreter of the peers' virtual environment.") var python = ".build/peers/bin/python"
  @Option(help: "The folder of the peers' programs.") var peerPrograms = "Benchmarks/Peers"
  @Option(help: "Folder for the page, the curves and the record.") var output = "Runs/performance"
  @OptionGroup var writing: WritingOptions

  func validate() throws {
    try checkNames([("output", output), ("python", python), ("peer-programs", peerPrograms)])
    for name in configurations
    where name != "none" && !BlockWorkload.standard.contains(where: { $0.name == name }) {
      throw ValidationError("--configurations: no workload \(name)")
    }
    for name in skip where !(Variant.all + Variant.ofGeneration).contains(where: { $0.name == name }) {
      throw ValidationError("--skip: no variant \(name)")
    }
    if skip.contains(Variant.own.name) {
      throw ValidationError("--skip: \(Variant.own.name) is what is compared")
    }
    for (name, value) in [
      ("rounds", rounds ?? 1), ("turns", turns ?? 1), ("threads", threads), ("epochs", epochs.min() ?? 1),
    ] where !(1...1024).contains(value) {
      throw ValidationError("--\(name) must lie in 1 ... 1024, not \(value)")
    }
    if let seconds, !(seconds > 0 && seconds <= 3600) {
      throw ValidationError("--seconds must lie in 0 ... 3600, not \(seconds)")
    }
  }

  var workloads: [BlockWorkload] {
    let names = configurations.isEmpty && quick ? ["tiny", "small"] : configurations
    return BlockWorkload.standard.filter { names.isEmpty || names.contains($0.name) }
  }

  var variants: [Variant] { Variant.all.filter { !skip.contains($0.name) } }

  /// Those that continue a sequence, where a causal workload is measured.
  var generationVariants: [Variant] { Variant.ofGeneration.filter { !skip.contains($0.name) } }

  var effort: BlockComparison.Effort {
    let usual = BlockComparison.Effort()
    return BlockComparison.Effort(
      rounds: rounds ?? (quick ? 1 : usual.rounds), turns: turns ?? (quick ? 1 : usual.turns),
      seconds: seconds ?? (quick ? 0.2 : usual.seconds))
  }

  /// Every option, by name.
  var texts: [String: String] {
    [
      "configurations": workloads.map(\.name).joined(separator: " "), "skip": skip.joined(separator: " "),
      "rounds": "\(effort.rounds)", "turns": "\(effort.turns)", "seconds": "\(effort.seconds)",
      "threads": "\(threads)", "seed": "\(seed)", "curves": curves.map(\.rawValue).joined(separator: " "),
      "quick": "\(quick)",
      "epochs": epochs.map(String.init).joined(separator: " "),
    ]
  }
}
