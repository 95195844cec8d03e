import EnergyTransformer
import Foundation
import Reporting
import Testing

/// The program `masked-images`, run as a user runs it, on small images made here.
@Suite(.serialized) struct MaskedImagesTests {
  private let runs: MaskedImagesRuns
  private var folder: TemporaryPlace { runs.folder }

  init() throws { runs = try MaskedImagesRuns() }

  private func options(_ output: String, epochs: Int = 6) throws -> [String] {
    try runs.options(output, epochs: epochs)
  }

  private func run(_ arguments: [String]) throws -> FinishedProgram { try runs.run(arguments) }

  private func bytes(_ name: String) throws -> Data { try runs.bytes(name) }

  @Test("writes page, figures and record, with the same bits for 1 and 2 threads")
  func threads() throws {
    for threads in [1, 2] {
      let found = try run(options("threads-\(threads)") + ["--threads", "\(threads)"])
      #expect(found.status == 0, "\(found.errors)")
    }
    #expect(try bytes("threads-1/model.safetensors") == bytes("threads-2/model.safetensors"))
    for name in ["README.md", "completions.png", "energy.svg", "error.svg", "metrics.csv"] {
      #expect(try !bytes("threads-1/\(name)").isEmpty)
    }
    let record = try RunRecord.read(from: folder.path("threads-1/run.json"))
    for name in [
      "masked_mse", "mean_image_mse", "harmonic_mse", "nearest_image_mse", "linear_mse", "zero_steps_mse",
      "share_energy_fell_every_step", "train_seconds", "parameter_count",
    ] { #expect(record.summary[name] != nil, "\(name)") }
    #expect(record.data.map(\.count) == [12, 12, 96, 96])
    try Program("masked-images").expectEveryOption(in: record, butFor: ["output", "checkpoint"])
    // The folder of the data by its name alone, options left out by their defaults.
    let texts = ["data": "images", "key-size": "4", "step-size": "0.1", "augment": "false", "threads": "1"]
    for (name, text) in texts { #expect(record.options[name] == text, "\(name)") }
    let weights = try SafetensorsFile.read(path: folder.path("threads-1/model.safetensors"))
    #expect(weights.metadata["epochs"] == "6" && weights.metadata["threads"] == nil)
  }

  @Test("a run that was killed and resumed ends with the weights of one that was not")
  func resume() throws {
    #expect(try run(options("whole", epochs: 40)).status == 0)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try Program("masked-images").path)
    process.arguments = try options("broken", epochs: 40)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    let deadline = Date().addingTimeInterval(60)
    func rows() -> Int {
      let text = try? String(contentsOfFile: folder.path("broken/metrics.csv"), encoding: .utf8)
      return text?.split(separator: "\n").count ?? 0
    }
    while rows() < 150, Date() < deadline { usleep(500) }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal, "the run ended before it was killed")
    #expect(rows() < 480)

    let resumed = try run(options("broken", epochs: 40) + ["--resume"])
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(try bytes("broken/model.safetensors") == bytes("whole/model.safetensors"))
    let losses = try ["broken", "whole"].map {
      try CSVTable.read(from: folder.path("\($0)/metrics.csv")).numbers(inColumn: "loss")
    }
    #expect(losses[0] == losses[1])
    #expect(losses[0].count == 480)

    let again = try run(options("broken", epochs: 40) + ["--evaluate-only"])
    #expect(again.status == 0, "\(again.errors)")
    #expect(try bytes("broken/model.safetensors") == bytes("whole/model.safetensors"))
  }

  @Test("a run that was killed before its first checkpoint is resumed from the beginning, and says so")
  func resumeFromNothing() throws {
    #expect(try run(options("whole")).status == 0)
    // What such a run leaves: rows of metrics, and the partial file that it was writing.
    let killed = folder.path("killed")
    try FileManager.default.createDirectory(atPath: killed, withIntermediateDirectories: true)
    try Data("step,loss,gradient_norm,learning_rate,seconds\n0,1.5,2,0.1,0.01\n1,1.".utf8)
      .write(to: URL(fileURLWithPath: "\(killed)/metrics.csv"))
    try FileManager.default.copyItem(
      atPath: leftOver(in: killed), toPath: "\(killed)/checkpoint.safetensors.partial")
    for output in ["killed", "never-there"] {
      let found = try run(options(output) + ["--resume"])
      #expect(found.status == 0, "\(found.errors)")
      let lines = found.output.split(separator: "\n").filter { $0.contains("begins at the beginning") }
      #expect(lines.count == 1 && lines[0].contains("\(output)/checkpoint.safetensors: no checkpoint yet"))
      #expect(try bytes("\(output)/model.safetensors") == bytes("whole/model.safetensors"))
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: killed).filter { $0.contains("partial") }
    #expect(left == ["checkpoint.safetensors.partial"])
    try run(options("nothing") + ["--evaluate-only"]).expectOneLine(
      containing: "nothing/checkpoint.safetensors")
  }

  /// A partial file that nobody writes any more.
  private func leftOver(in folder: String) throws -> String {
    let boot = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8).prefix(8)
    let path = "\(folder)/.checkpoint.safetensors.\(boot)-01234567.partial"
    try Data("half".utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test("a checkpoint of other options or with missing bytes is refused in one line")
  func checkpoints() throws {
    #expect(try run(options("first", epochs: 1)).status == 0)
    let path = folder.path("first/checkpoint.safetensors")
    try run(options("first", epochs: 2) + ["--resume"])
      .expectOneLine(containing: "checkpoint.safetensors", "--epochs 1, not 2")
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    try whole.prefix(whole.count - 5).write(to: URL(fileURLWithPath: path))
    try run(options("first", epochs: 1) + ["--resume"]).expectOneLine(containing: "checkpoint.safetensors")
    try run(
      options("first", epochs: 1) + ["--evaluate-only", "--checkpoint", folder.path("none.safetensors")]
    )
    .expectOneLine(containing: "none.safetensors")
  }

  @Test("data that is missing or damaged is refused in one line that names the file")
  func data() throws {
    let options = Array(try options("out").dropFirst(2))
    func refused(_ path: String, _ texts: String...) throws {
      try run(["--data", path] + options).expectOneLine(containing: texts)
    }
    try refused(folder.path("nothing"), "nothing", "missing")
    let images = folder.path("images/train-images-idx3-ubyte")
    let whole = try Data(contentsOf: URL(fileURLWithPath: images))
    try whole.prefix(whole.count - 1).write(to: URL(fileURLWithPath: images))
    try refused(folder.path("images"), "train-images-idx3-ubyte")
    try Data().write(to: URL(fileURLWithPath: images))
    try refused(folder.path("images"), "train-images-idx3-ubyte")
    let tar = folder.path("broken.tar")
    try Data(repeating: 7, count: 2048).write(to: URL(fileURLWithPath: tar))
    try refused(tar, "broken.tar")
    let pictures = folder.path("pictures/train/one")
    try FileManager.default.createDirectory(atPath: pictures, withIntermediateDirectories: true)
    try Data([0xFF, 0xD8, 0xFF, 0xE0, 0, 4]).write(to: URL(fileURLWithPath: "\(pictures)/a.jpg"))
    try FileManager.default.createDirectory(
      atPath: folder.path("pictures/test/one"), withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      atPath: "\(pictures)/a.jpg", toPath: folder.path("pictures/test/one/a.jpg"))
    try refused(folder.path("pictures"), "a.jpg")
  }

  @Test("options out of range end with a usage error")
  func ranges() throws {
    for bad in [
      ["--mask", "1.5"], ["--patch", "0"], ["--heads", "0"], ["--steps", "-1"], ["--epochs", "0"],
      ["--batch", "0"], ["--step-size", "nan"], ["--threads", "0"], ["--resume", "--evaluate-only"],
      ["--rate", "-1"], ["--short-share", "2"], ["--threads", "9000000000000000000"],
      ["--epochs", "9223372036854775807"], ["--step-size", "1e308"],
      ["--dimension", "60000", "--memories", "60000"],
      ["--compare", "--dimension", "15"], ["--compare", "--evaluate-only"],
      ["--seeds", "0"], ["--trials", "0"], ["--trial-share", "0"], ["--trial-share", "nan"],
      ["--validation-images", "4", "--test-images", "2"], ["--checkpoint", ""],
    ] {
      let found = try run(options("out") + bad)
      #expect(found.status == 64 && found.errors.contains("Error: "), "\(bad): \(found.errors)")
    }
    try run(options("out") + ["--patch", "3"]).expectOneLine(containing: "--patch 3 does not divide")
    try run(options("out") + ["--batch", "1000"]).expectOneLine(containing: "--batch 1000")
    // Nine of the 96 training images are held back for trials.
    try run(options("out") + ["--batch", "90", "--compare"])
      .expectOneLine(containing: "--batch 90", "87 training images")
    #expect(!FileManager.default.fileExists(atPath: folder.path("out/metrics.csv")))
    try run(options("out").dropLast(2) + ["--output", "/dev/null/x"]).expectOneLine(containing: "/dev/null/x")
  }
}
