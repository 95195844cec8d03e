import Kit

/// faiss in a process of its own: it searches a file of patterns, then takes softmax of the scores it found.
final class SearchPeer {
  /// What it says it is.
  let version: String
  private let program: PeerProgram
  private let work: [String: Any]

  private struct Greeting: Decodable { let version: String }
  private struct Time: Decodable { let seconds: Double }
  private struct Done: Decodable {}

  static let program = "faiss_search.py"

  /// Starts it and lets it read the patterns.
  ///
  /// - Throws: ``ExperimentError`` where it is not installed or fails.
  init(_ options: PeerOptions, file: PatternFile, beta: Double, neighbours: Int, threads: Int) throws {
    program = try PeerProgram(
      name: "faiss", python: options.python, program: options.program(Self.program),
      arguments: [file.path, PatternFile.arrayName], threads: threads)
    version = try program.decoded(program.greeting, as: Greeting.self).version
    work = ["beta": beta, "neighbours": neighbours]
  }

  /// Seconds of one search for the queries of a file followed by softmax over its results.
  func seconds(queries path: String) throws -> Double {
    try program.ask(work.merging(["command": "time", "queries": path]) { $1 }, as: Time.self).seconds
  }

  /// Writes the mixtures of what it found, with softmax weights, to a file.
  func writeMixtures(queries path: String, to output: String) throws {
    _ = try program.ask(
      work.merging(["command": "check", "queries": path, "output": output]) { $1 }, as: Done.self)
  }
}
