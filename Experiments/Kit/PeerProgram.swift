package import Foundation

/// Another system in a process of its own: one line of JSON asks, one answers.
package final class PeerProgram {
  /// The line it says when it is ready.
  package private(set) var greeting = Data()
  private let name: String
  private let process = Process()
  private let commands = Pipe()
  private let answers = Pipe()
  private var unread: [UInt8] = []

  private struct Refusal: Decodable { let error: String? }

  /// Checks that interpreter and program are there.
  ///
  /// - Throws: ``ExperimentError`` naming what is missing.
  package static func check(python: String, program: String) throws {
    for path in [python, program] where !FileManager.default.fileExists(atPath: path) {
      throw ExperimentError(
        "\(path) is missing; Benchmarks/Peers/setup.sh installs the peers, --no-peers does without")
    }
  }

  /// Starts a program and waits until it is ready; errors call it `name`.
  ///
  /// - Throws: ``ExperimentError`` where it is not installed or fails.
  package init(name: String, python: String, program: String, arguments: [String], threads: Int) throws {
    self.name = name
    // A program that ended is an error to report, not a signal to die from.
    signal(SIGPIPE, SIG_IGN)
    try Self.check(python: python, program: program)
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = [program] + arguments + ["--threads", "\(threads)"]
    process.standardInput = commands
    process.standardOutput = answers
    var environment = ProcessInfo.processInfo.environment
    for name in ["OMP_PROC_BIND", "OMP_PLACES", "GOMP_CPU_AFFINITY"] { environment[name] = nil }
    environment["OMP_NUM_THREADS"] = "\(threads)"
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    process.environment = environment
    do {
      try process.run()
    } catch {
      throw ExperimentError("cannot run \(python)")
    }
    greeting = try answer()
  }

  deinit {
    // The end of its input ends it.
    try? commands.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  /// What it answers to a request.
  ///
  /// - Throws: ``ExperimentError`` for an error it names, an answer of another form, or none.
  package func ask<Answer: Decodable>(
    _ request: [String: Any], as type: Answer.Type = Answer.self
  ) throws -> Answer {
    let line = try JSONSerialization.data(withJSONObject: request) + Data("\n".utf8)
    try commands.fileHandleForWriting.write(contentsOf: line)
    return try decoded(answer())
  }

  /// A line it said, in its form.
  package func decoded<Answer: Decodable>(_ line: Data, as type: Answer.Type = Answer.self) throws -> Answer {
    do {
      return try JSONDecoder().decode(type, from: line)
    } catch {
      throw ExperimentError(
        "\(name): an answer of another form: \(String(decoding: line.prefix(200), as: UTF8.self))")
    }
  }

  private func answer() throws -> Data {
    while true {
      if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
        defer { unread.removeSubrange(...end) }
        let line = Data(unread[..<end])
        if let error = try? JSONDecoder().decode(Refusal.self, from: line).error {
          throw ExperimentError("\(name): \(error)")
        }
        return line
      }
      let bytes = answers.fileHandleForReading.availableData
      if bytes.isEmpty { throw ExperimentError("\(name) ended without an answer; what it said stands above") }
      unread += bytes
    }
  }
}
