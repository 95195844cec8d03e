import Foundation
import Measurements

/// Measures all variants on one workload, in turns.
struct BlockComparison {
  let workload: any Workload
  let variants: [Variant]
  var works = Work.allCases
  /// The variant whose numbers the others' are held against; the first where it is left out.
  var reference = Variant.jaxAutomatic
  /// Whether all variants have to compute the same numbers.
  var comparesNumbers = true
  let launcher: WorkerLauncher
  let effort: Effort
  let say: (String) -> Void
  /// Writes the arrays of the workload to a file.
  let writeProblem: (_ path: String) throws -> Void

  /// How much is measured.
  struct Effort {
    /// Rounds, each with processes of its own: a process may be slow for its whole life.
    var rounds = 3
    /// Turns of every variant in a round.
    var turns = 3
    /// About how long a turn takes.
    var seconds = 0.6
    /// Runs in a turn, whatever they take.
    var repetitions = 3...400
  }

  /// - Throws: ``WorkerFault`` where a variant fails or computes other numbers than the rest.
  func measured() throws -> (BlockMeasurement, versions: [String: String]) {
    let file = "\(launcher.workFolder)/\(workload.name).safetensors"
    try writeProblem(file)
    defer { try? FileManager.default.removeItem(atPath: file) }
    var measurement = BlockMeasurement(workload)
    var versions: [String: String] = [:]
    for round in 0..<effort.rounds {
      let workers = try variants.map { try WorkerProcess($0, by: launcher) }
      for worker in workers { versions.merge(worker.versions) { $1 } }
      for work in works {
        say("\(workload.name), \(work.rawValue), round \(round + 1) of \(effort.rounds)")
        let able = workers.filter { $0.variant.does(work) }
        for worker in able { _ = try worker.ask(.prepare(workload, work, file: file)) }
        if round == 0 && comparesNumbers { measurement.errors[work] = try checked(able) }
        try takeTurns(able, work, round: round, &measurement)
      }
      for worker in workers { worker.quit() }
    }
    if works.contains(.training) { measurement.memory = try trainingMemory(file) }
    return (measurement, versions)
  }

  /// Compares what all compute with the reference.
  private func checked(_ workers: [WorkerProcess]) throws -> [Variant: [String: Double]] {
    let ordered =
      workers.filter { $0.variant == reference } + workers.filter { $0.variant != reference }
    var numbers: [String: [Double]]?
    var errors: [Variant: [String: Double]] = [:]
    for worker in ordered {
      let path = "\(launcher.workFolder)/\(worker.variant.name)-results.safetensors"
      _ = try worker.ask(.check(output: path))
      let found = try ProblemFile.numbers(at: path)
      try FileManager.default.removeItem(atPath: path)
      guard let expected = numbers else {
        numbers = found
        continue
      }
      do {
        errors[worker.variant] = try Agreement.errors(of: found, against: expected)
      } catch let fault as WorkerFault {
        throw WorkerFault("\(worker.variant.name) against \(ordered[0].variant.name): \(fault.description)")
      }
    }
    return errors
  }

  private func takeTurns(
    _ workers: [WorkerProcess], _ work: Work, round: Int, _ measurement: inout BlockMeasurement
  ) throws {
    for turn in 0..<effort.turns {
      for index in workers.indices {
        // Another variant goes first in every turn.
        let worker = workers[(index + turn + round) % workers.count]
        // Idle threads of the one before may still wait actively.
        Thread.sleep(forTimeInterval: 0.1)
        let trial = try worker.ask(.time(repetitions: 1)).milliseconds?.first ?? 0
        let count = Statistics.repetitions(of: trial, in: effort.seconds, effort.repetitions)
        measurement.add(try worker.ask(.time(repetitions: count)), of: worker.variant, work, round: round)
      }
    }
  }

  /// The memory of a training step, each variant in a fresh process.
  private func trainingMemory(_ file: String) throws -> [Variant: MemoryFigures] {
    var figures: [Variant: MemoryFigures] = [:]
    for variant in variants where variant.does(.training) {
      figures[variant] = try WorkerProcess.memory(of: variant, in: workload, file: file, by: launcher)
    }
    return figures
  }
}
