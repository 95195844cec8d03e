import EnergyTransformer
import Foundation
import Measurements
import Reporting

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
  /// Seconds that JAX compiled, and tried which form of the gradient is faster, before its training.
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

  /// The hidden patches by which masked-images judges: 24 of 49, the same for every seed.
  private static func writeTestMasks(to path: String) throws {
    let count = try EmbeddedDigits.test().count
    let mask = PatchMaskPolicy(patchCount: 49, scoredCount: 24, replacedFraction: 1)
      .mask(forImages: Array(0..<count), random: RandomStream(seed: 0).child(2))
    let hidden = StoredArray(shape: [count, 49], floats: mask.replaced.map { $0 ? 1 : 0 })
    try SafetensorsFile.write(path: path, arrays: [("hidden", hidden)])
  }

  private struct JAXRecord: Decodable {
    let trainSeconds: Double
    let compileSeconds: Double
    let maskedMSE: Double

    enum CodingKeys: String, CodingKey {
      case trainSeconds = "train_seconds"
      case compileSeconds = "compile_seconds"
      case maskedMSE = "masked_mse"
    }
  }

  private static func jaxRun(
    _ epochs: Int, _ launcher: WorkerLauncher, _ seed: UInt64
  ) throws -> (Run, compileSeconds: Double) {
    guard let digits = try EmbeddedDigits.files().first else { throw WorkerFault("no embedded digits") }
    let output = "\(launcher.workFolder)/jax-\(epochs).json"
    let masks = "\(launcher.workFolder)/test-masks.safetensors"
    try writeTestMasks(to: masks)
    try launcher.run(
      launcher.python,
      [
        "\(launcher.peers)/masked_images.py", "--data", digits.deletingLastPathComponent().path, "--epochs",
        "\(epochs)", "--seed", "\(seed)", "--threads", "\(launcher.threads)", "--output", output,
        "--test-masks", masks,
      ], name: "masked-images in JAX")
    let record = try JSONDecoder().decode(
      JAXRecord.self, from: Data(contentsOf: URL(fileURLWithPath: output)))
    return (Run(seconds: record.trainSeconds, error: record.maskedMSE), record.compileSeconds)
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
      let words =
        (try? String(contentsOfFile: log, encoding: .utf8))?.split(separator: "\n").last ?? "no words"
      throw WorkerFault("\(name): status \(process.terminationStatus): \(words)")
    }
  }
}
