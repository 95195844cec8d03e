import ArgumentParser
import EnergyTransformer
import Foundation
import Measurements
import Reporting

/// One workload over and over, for a profiler to look at.
struct Repeat: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repeat", abstract: "Run one workload of this library for some seconds, for a profiler.")

  @Option(help: "Workload: paper, paperb4, small, tiny, graph or text.") var configuration = "small"
  @Option(help: "A generated graph of so many nodes instead, each with 20 neighbours on average.") var nodes:
    Int?
  @Flag(help: "Number the nodes of the graph by community, not at random.") var byCommunity = false
  @Flag(help: "Continue a sequence from caches of keys instead, with the block of text; forward alone.")
  var generation = false
  @Flag(help: "With an elementwise term of a user's in the energy; not on graphs.") var withTerm = false
  @Option(help: "forward or training.") var work = Work.training
  @Option(help: "Seconds to run.") var seconds = 10.0
  @Option(help: "Threads.") var threads = 1
  @Option(help: "Seed of weights and tokens.") var seed: UInt64 = 0

  func validate() throws {
    if !BlockWorkload.standard.contains(where: { $0.name == configuration }) {
      throw ValidationError("--configuration: no workload \(configuration)")
    }
    if !(seconds > 0 && seconds <= 3600) {
      throw ValidationError("--seconds must lie in 0 ... 3600, not \(seconds)")
    }
    if withTerm && nodes != nil { throw ValidationError("--with-term is not for --nodes") }
    if generation && (withTerm || nodes != nil) {
      throw ValidationError("--generation is neither for --with-term nor for --nodes")
    }
    if let nodes, !GraphCase.nodeRange.contains(nodes) {
      throw ValidationError("--nodes must lie in \(GraphCase.nodeRange), not \(nodes)")
    }
    if !(1...1024).contains(threads) {
      throw ValidationError("--threads must lie in 1 ... 1024, not \(threads)")
    }
  }

  func run() throws {
    Parallelism.threadCount = threads
    let work = generation ? .forward : work
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("problem-\(UUID().uuidString).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let workload = try writeProblem(to: path)
    let own = try OwnWorks.work(
      withTerm ? .ownTerm : .own, file: path, steps: workload.steps, stepSize: workload.stepSize,
      isCausal: workload.isCausal)
    let started = ProcessFigures.seconds()
    var milliseconds: [Double] = []
    var last = started
    while last - started < seconds {
      try own.run(work)
      let now = ProcessFigures.seconds()
      milliseconds.append(1e3 * (now - last))
      last = now
    }
    func text(_ value: Double?) -> String { NumberText.significant(value ?? 0, digits: 3) }
    print(
      "\(workload.name) \(work.rawValue): \(milliseconds.count) runs, median "
        + "\(text(Statistics.median(milliseconds))) ms, shortest \(text(milliseconds.min())) ms")
  }

  private func writeProblem(to path: String) throws -> any Workload {
    if let nodes {
      let made = GraphCase.generated(nodes: nodes, order: byCommunity ? .byCommunity : .random, seed: seed)
      try made.write(trains: work == .training, seed: seed, to: path)
      return made.workload
    }
    if generation, let block = BlockWorkload.standard.first(where: \.isCausal) {
      let workload = GenerationWorkload(block)
      try TextProblemFile.write(workload, seed: seed, to: path)
      return workload
    }
    let workload = BlockWorkload.standard.first { $0.name == configuration } ?? BlockWorkload.standard[0]
    try ProblemFile.write(workload, seed: seed, to: path)
    return workload
  }
}

extension Work: ExpressibleByArgument {}
