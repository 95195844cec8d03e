import ArgumentParser
import EnergyTransformer
import Foundation
import Measurements

/// One workload over and over, for a profiler to look at.
struct Repeat: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repeat", abstract: "Run one workload of this library for some seconds, for a profiler.")

  @Option(help: "Workload: paper, paperb4, small, tiny or graph.") var configuration = "small"
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
    if !(1...1024).contains(threads) {
      throw ValidationError("--threads must lie in 1 ... 1024, not \(threads)")
    }
  }

  func run() throws {
    Parallelism.threadCount = threads
    guard let workload = BlockWorkload.standard.first(where: { $0.name == configuration }) else { return }
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("problem-\(UUID().uuidString).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try ProblemFile.write(workload, seed: seed, to: path)
    let block = try OwnBlock(file: path, steps: workload.steps, stepSize: workload.stepSize, isGeneric: false)
    let started = ProcessFigures.seconds()
    var milliseconds: [Double] = []
    var last = started
    while last - started < seconds {
      try block.run(work)
      let now = ProcessFigures.seconds()
      milliseconds.append(1e3 * (now - last))
      last = now
    }
    func text(_ value: Double?) -> String { NumberText.significant(value ?? 0, digits: 3) }
    print(
      "\(configuration) \(work.rawValue): \(milliseconds.count) runs, median "
        + "\(text(Statistics.median(milliseconds))) ms, shortest \(text(milliseconds.min())) ms")
  }
}

extension Work: ExpressibleByArgument {}
