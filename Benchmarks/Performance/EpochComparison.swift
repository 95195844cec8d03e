import EnergyTransformer
import Foundation
import Measurements

/// The whole training program of masked-images beside the same program in JAX.
struct EpochComparison {
  /// One program's run.
  struct Run {
    /// Seconds of training, without compiling and without judging.
    let seconds: Double
    /// Clamped mean squared error of hidden pixels of the test images.
    let error: Double
  }

  let epochs: Int
  let own: Run
  let jax: Run
  /// Seconds that JAX compiled before its training.
  let compileSeconds: Double

  /// How many times as long JAX takes for an epoch.
  var ratio: Double { jax.seconds / own.seconds }

  /// Trains both, one after the other.
  static func measured(epochs: Int, launcher: WorkerLauncher, seed: UInt64) throws -> EpochComparison {
    let own = try ownRun(epochs, launcher, seed)
    let (jax, compileSeconds) = try jaxRun(epochs, launcher, seed)
    return EpochComparison(epochs: epochs, own: own, jax: jax, compileSeconds: compileSeconds)
  }

  /// What identifies the digits.
  static func fingerprints() throws -> [DataFingerprint] {
    try EmbeddedDigits.files().map(\.path).map { path in
      let name = URL(fileURLWithPath: path).lastPathComponent
      return try DataFingerprint(name: name, embeddedAt: path, count: name.hasPrefix("train") ? 4000 : 1000)
    }
  }

  private static func ownRun(_ epochs: Int, _ launcher: WorkerLauncher, _ seed: UInt64) throws -> Run {
    let folder = "\(launcher.workFolder)/masked-images-\(epochs)"
    let program = URL(fileURLWithPath: launcher.ownProgram).deletingLastPathComponent()
      .appendingPathComponent("masked-images").path
    try launcher.run(
      program,
      [
        "--epochs", "\(epochs)", "--seed", "\(seed)", "--threads", "\(launcher.threads)", "--output", folder,
      ], name: "masked-images")
    let record = try RunRecord.read(from: "\(folder)/\(RunRecord.fileName)")
    guard let seconds = record.timings["train"], let error = record.summary["masked_mse"] else {
      throw WorkerFault("masked-images: its record has no seconds of training or no error")
    }
    return Run(seconds: seconds, error: error)
  }

  private struct JAXRecord: Decodable {
    let train_seconds: Double
    let compile_seconds: Double
    let masked_mse: Double
  }

  private static func jaxRun(
    _ epochs: Int, _ launcher: WorkerLauncher, _ seed: UInt64
  ) throws -> (Run, compileSeconds: Double) {
    guard let digits = try EmbeddedDigits.files().first else { throw WorkerFault("no embedded digits") }
    let output = "\(launcher.workFolder)/jax-\(epochs).json"
    try launcher.run(
      launcher.python,
      [
        "\(launcher.peers)/masked_images.py", "--data", digits.deletingLastPathComponent().path, "--epochs",
        "\(epochs)", "--seed", "\(seed)", "--threads", "\(launcher.threads)", "--output", output,
      ], name: "masked-images in JAX")
    let record = try JSONDecoder().decode(JAXRecord.self, from: Data(contentsOf: URL(fileURLWithPath: output)))
    return (Run(seconds: record.train_seconds, error: record.masked_mse), record.compile_seconds)
  }
}

extension WorkerLauncher {
  /// Runs a program to its end.
  ///
  /// - Throws: ``WorkerFault`` with its last words where it fails.
  fileprivate func run(_ program: String, _ arguments: [String], name: String) throws {
    let log = "\(workFolder)/program.log"
    try Data().write(to: URL(fileURLWithPath: log))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
    process.standardError = process.standardOutput
    do {
      try process.run()
    } catch {
      throw WorkerFault("\(name): cannot run \(program); build it first")
    }
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let words = (try? String(contentsOfFile: log, encoding: .utf8))?.split(separator: "\n").last ?? "no words"
      throw WorkerFault("\(name): status \(process.terminationStatus): \(words)")
    }
  }
}
