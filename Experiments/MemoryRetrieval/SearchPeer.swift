import Foundation
import Kit

/// faiss in a process of its own.
final class SearchPeer {
  /// What it says it is.
  let version: String
  private let program: PeerProgram

  private struct Greeting: Decodable { let version: String }
  private struct Time: Decodable { let seconds: Double }
  private struct Done: Decodable {}

  /// - Throws: ``ExperimentError`` where a program is missing.
  static func check(_ options: ScaleOptions) throws {
    try PeerProgram.check(python: options.python, program: program(options))
  }

  private static func program(_ options: ScaleOptions) -> String { "\(options.peers)/faiss_search.py" }

  /// Starts it and lets it read the patterns.
  ///
  /// - Throws: ``ExperimentError`` where it is not installed or fails.
  init(_ options: ScaleOptions, file: PatternFile, threads: Int) throws {
    program = try PeerProgram(
      name: "faiss", python: options.python, program: Self.program(options),
      arguments: [file.path, PatternFile.arrayName], threads: threads)
    version = try program.decoded(program.greeting, as: Greeting.self).version
  }

  /// Seconds of one search for the queries of a file followed by softmax over its results.
  func seconds(queries path: String, beta: Double, neighbours: Int) throws -> Double {
    try program.ask(
      ["command": "time", "queries": path, "beta": beta, "neighbours": neighbours], as: Time.self
    ).seconds
  }

  /// Writes the mixtures of what it found, with softmax weights, to a file.
  func writeMixtures(queries path: String, beta: Double, neighbours: Int, to output: String) throws {
    _ = try program.ask(
      [
        "command": "check", "queries": path, "beta": beta, "neighbours": neighbours, "output": output,
      ], as: Done.self)
  }
}
