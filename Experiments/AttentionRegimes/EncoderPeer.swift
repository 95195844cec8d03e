import EnergyTransformer
import Foundation
import Kit

/// The same model in PyTorch, in a process of its own.
final class EncoderPeer {
  /// The versions of what it runs.
  let versions: [String: String]
  private let program: PeerProgram

  private struct Greeting: Decodable { let versions: [String: String] }
  private struct Count: Decodable { let count: Int }

  /// A timed pass.
  struct Pass: Decodable {
    let seconds: Double
    /// Which implementation was the fastest, and at which batch size.
    let implementation: String, batch: Int
  }

  /// Starts it and lets it read the model.
  ///
  /// - Throws: ``ExperimentError`` where it is not installed or fails, or the model's vectors are other than it makes them.
  init(_ options: PeerOptions, model: LoadedModel, threads: Int) throws {
    let pooling = model.configuration.pooling
    guard pooling == [.mean] else {
      let names = pooling.map(\.rawValue).joined(separator: " and ")
      throw ExperimentError(
        "PyTorch: its side takes the mean of the tokens' states, this model \(names): leave it out by --no-peers"
      )
    }
    program = try PeerProgram(
      name: "PyTorch", python: options.python, program: options.program("bert_encoder.py"),
      arguments: [model.folder.url.path], threads: threads)
    versions = try program.decoded(program.greeting, as: Greeting.self).versions
  }

  /// The ids of a text file, without begin and end.
  func ids(ofText path: String, through output: String) throws -> [Int] {
    let answer = try program.ask(
      ["command": "tokenize", "text": path, "output": output], as: Count.self)
    let ids = try SafetensorsFile.read(path: output).array(named: "ids").integers()
    if ids.count != answer.count { throw ExperimentError("PyTorch: \(ids.count) ids of \(answer.count)") }
    return ids
  }

  /// Ids and vectors of sentences.
  func sentences(_ texts: [String], in folder: String) throws -> (ids: [[Int]], vectors: Tensor<Float>) {
    let (input, output) = ("\(folder)/sentences.json", "\(folder)/sentences.safetensors")
    try JSONEncoder().encode(texts).write(to: URL(fileURLWithPath: input))
    _ = try program.ask(
      ["command": "sentences", "texts": input, "output": output], as: Count.self)
    let file = try SafetensorsFile.read(path: output)
    var rest = try file.array(named: "ids").integers()[...]
    let ids = try file.array(named: "lengths").integers().map { length in
      defer { rest = rest.dropFirst(length) }
      return Array(rest.prefix(length))
    }
    return (ids, try Tensor(file.array(named: "vectors")))
  }

  /// One pass over sequences of one length in a file.
  func pass(ids path: String) throws -> Pass {
    try program.ask(["command": "time", "ids": path], as: Pass.self)
  }
}
