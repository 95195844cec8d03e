import Foundation

/// faiss in a process of its own: one line of JSON asks, one answers.
final class SearchPeer {
  /// What it says it is.
  private(set) var version = ""
  private let process = Process()
  private let commands = Pipe()
  private let answers = Pipe()
  private var unread: [UInt8] = []

  private struct Answer: Decodable {
    let error: String?
    let version: String?
    let seconds: Double?
  }

  /// - Throws: ``PeerFault`` where a program is missing.
  static func check(_ options: ScaleOptions) throws {
    for path in [options.python, program(options)] where !FileManager.default.fileExists(atPath: path) {
      throw PeerFault(
        "\(path) is missing; Benchmarks/Peers/setup.sh installs the peers, --no-peers does without")
    }
  }

  private static func program(_ options: ScaleOptions) -> String { "\(options.peers)/faiss_search.py" }

  /// Starts it and lets it read the patterns.
  ///
  /// - Throws: ``PeerFault`` where it is not installed or fails.
  init(_ options: ScaleOptions, file: PatternFile, threads: Int) throws {
    try Self.check(options)
    process.executableURL = URL(fileURLWithPath: options.python)
    process.arguments = [Self.program(options), file.path, PatternFile.arrayName, "--threads", "\(threads)"]
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
      throw PeerFault("cannot run \(options.python)")
    }
    version = try answer().version ?? ""
  }

  deinit {
    // The end of its input ends it.
    try? commands.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  /// Seconds of one search for the queries of a file followed by softmax over its results.
  func seconds(queries path: String, beta: Double, neighbours: Int) throws -> Double {
    guard
      let seconds = try ask(["command": "time", "queries": path, "beta": beta, "neighbours": neighbours])
        .seconds
    else { throw PeerFault("faiss: no time in its answer") }
    return seconds
  }

  /// Writes the mixtures of what it found, with softmax weights, to a file.
  func writeMixtures(queries path: String, beta: Double, neighbours: Int, to output: String) throws {
    _ = try ask([
      "command": "check", "queries": path, "beta": beta, "neighbours": neighbours, "output": output,
    ])
  }

  private func ask(_ request: [String: Any]) throws -> Answer {
    let line = try JSONSerialization.data(withJSONObject: request) + Data("\n".utf8)
    try commands.fileHandleForWriting.write(contentsOf: line)
    return try answer()
  }

  private func answer() throws -> Answer {
    while true {
      if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
        defer { unread.removeSubrange(...end) }
        let answer = try JSONDecoder().decode(Answer.self, from: Data(unread[..<end]))
        if let error = answer.error { throw PeerFault("faiss: \(error)") }
        return answer
      }
      let bytes = answers.fileHandleForReading.availableData
      if bytes.isEmpty { throw PeerFault("faiss ended without an answer; what it said stands above") }
      unread += bytes
    }
  }
}
