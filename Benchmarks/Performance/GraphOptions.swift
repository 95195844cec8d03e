import ArgumentParser
import Kit
import Measurements

/// A part of the measurements on graphs.
enum GraphPart: String, CaseIterable, ExpressibleByArgument {
  /// Beside the peers.
  case comparison
  /// Inference against the size of the graph.
  case scale
  /// Memory of training against edges and heads.
  case memory
}

/// What is measured on graphs and how thoroughly.
struct GraphOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: "Graph files to compare on beside the generated graph; none when left out.")
  var data: [String] = []
  @Option(parsing: .upToNextOption, help: "comparison, scale or memory; all when left out.")
  var parts: [GraphPart] = GraphPart.allCases
  @Option(parsing: .upToNextOption, help: "Variants to leave out, by name.") var skip: [String] = []
  @Option(help: "Nodes of the smaller generated graph; 100000 when left out, 2000 with --quick.")
  var nodes: Int?
  @Option(help: "Nodes of the larger one; 1000000 when left out, 20000 with --quick.") var largerNodes: Int?
  @Option(help: "Rounds, each with new processes; 3 when left out, 1 with --quick.") var rounds: Int?
  @Option(help: "Turns of every variant in a round; 2 when left out, 1 with --quick.") var turns: Int?
  @Option(help: "Seconds of a turn, of two runs at least; 0.6 when left out, 0.1 with --quick.") var seconds:
    Double?
  @Option(help: "Threads of every system.") var threads = 2
  @Option(help: "Seed of graphs, weights and targets.") var seed: UInt64 = 0
  @Flag(help: "Small graphs and few runs, which only show whether everything runs.") var quick = false
  @Option(help: "The interpreter of the peers' virtual environment.") var python = ".build/peers/bin/python"
  @Option(help: "The folder of the peers' programs.") var peerPrograms = "Benchmarks/Peers"
  @Option(help: "Folder for the page and the record.") var output = "Runs/performance-graphs"
  @OptionGroup var writing: WritingOptions

  func validate() throws {
    try checkNames([("output", output), ("python", python), ("peer-programs", peerPrograms)])
    for name in skip where !Variant.onGraphs.contains(where: { $0.name == name }) {
      throw ValidationError("--skip: no variant \(name)")
    }
    if skip.contains(Variant.own.name) {
      throw ValidationError("--skip: \(Variant.own.name) is what is compared")
    }
    for (name, value) in [("rounds", rounds ?? 1), ("turns", turns ?? 1), ("threads", threads)]
    where !(1...1024).contains(value) {
      throw ValidationError("--\(name) must lie in 1 ... 1024, not \(value)")
    }
    for (name, value) in [("nodes", smaller), ("larger-nodes", larger)]
    where !GraphCase.nodeRange.contains(value) {
      throw ValidationError("--\(name) must lie in \(GraphCase.nodeRange), not \(value)")
    }
    if larger <= smaller {
      throw ValidationError("--larger-nodes must be more than \(smaller), not \(larger)")
    }
    if let seconds, !(seconds > 0 && seconds <= 3600) {
      throw ValidationError("--seconds must lie in 0 ... 3600, not \(seconds)")
    }
  }

  var smaller: Int { nodes ?? (quick ? 2_000 : 100_000) }
  var larger: Int { largerNodes ?? (quick ? 20_000 : 1_000_000) }
  var variants: [Variant] { Variant.onGraphs.filter { !skip.contains($0.name) } }

  var effort: BlockComparison.Effort {
    BlockComparison.Effort(
      rounds: rounds ?? (quick ? 1 : 3), turns: turns ?? (quick ? 1 : 2),
      seconds: seconds ?? (quick ? 0.1 : 0.6), repetitions: 2...400)
  }

  /// Every option, by name; files by their bare names.
  var texts: [String: String] {
    [
      "data": data.map { $0.split(separator: "/").last.map(String.init) ?? $0 }.joined(separator: " "),
      "parts": parts.map(\.rawValue).joined(separator: " "), "skip": skip.joined(separator: " "),
      "nodes": "\(smaller)", "larger-nodes": "\(larger)", "rounds": "\(effort.rounds)",
      "turns": "\(effort.turns)", "seconds": "\(effort.seconds)", "threads": "\(threads)", "seed": "\(seed)",
      "quick": "\(quick)",
    ]
  }
}
