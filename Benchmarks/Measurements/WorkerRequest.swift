import Foundation

/// What a coordinator asks of a worker: one JSON object on one line.
package struct WorkerRequest: Codable, Equatable, Sendable {
  /// What to do.
  package enum Command: String, Codable, Sendable {
    /// Read a file of arrays and make ready, up to two runs.
    case prepare
    /// Write what one run computes to a file.
    case check
    /// Run a number of times.
    case time
    /// Say how much memory the process has.
    case memory
    /// Let the highest memory start again from the present one.
    case resetPeak = "reset_peak"
    /// Measure what the processor can do at most.
    case peak
    /// End.
    case quit
  }

  package var command: Command
  package var work: Work?
  package var steps: Int?
  package var stepSize: Double?
  /// Whether every token descends an energy of its own over the tokens before it; not where nil.
  package var isCausal: Bool?
  package var file: String?
  package var output: String?
  package var repetitions: Int?

  private enum CodingKeys: String, CodingKey {
    case command, work, steps, file, output, repetitions
    case stepSize = "step_size"
    case isCausal = "causal"
  }

  /// A command without arguments.
  package init(_ command: Command) { self.command = command }

  /// Makes ready for a workload whose arrays are in a file.
  package static func prepare(_ workload: any Workload, _ work: Work, file: String) -> WorkerRequest {
    var request = WorkerRequest(.prepare)
    (request.work, request.file) = (work, file)
    (request.steps, request.stepSize) = (workload.steps, workload.stepSize)
    request.isCausal = workload.isCausal ? true : nil
    return request
  }

  /// Writes the results of what is prepared.
  package static func check(output: String) -> WorkerRequest {
    var request = WorkerRequest(.check)
    request.output = output
    return request
  }

  /// Runs what is prepared.
  package static func time(repetitions: Int) -> WorkerRequest {
    var request = WorkerRequest(.time)
    request.repetitions = repetitions
    return request
  }

  /// The line, without its end.
  package func line() throws -> String { try ProtocolLine.text(of: self) }

  /// Reads a line.
  package init(line: String) throws { self = try ProtocolLine.value(of: line) }
}
