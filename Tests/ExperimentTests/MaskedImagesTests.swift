import EnergyTransformer
import Foundation
import Testing

/// The program `masked-images`, run as a user runs it, on small images made here.
@Suite(.serialized) struct MaskedImagesTests {
  private let folder: TemporaryPlace

  init() throws { folder = try TemporaryPlace() }

  /// Options of a small model that trains in a second.
  private func options(_ output: String, epochs: Int = 6) throws -> [String] {
    let data = folder.path("images")
    if !FileManager.default.fileExists(atPath: data) { try SmallImages.write(to: data) }
    return [
      "--data", data, "--patch", "2", "--dimension", "16", "--heads", "2", "--key-size", "4", "--memories",
      "24",
      "--steps", "6", "--batch", "8", "--epochs", "\(epochs)", "--output", folder.path(output),
    ]
  }

  private func run(_ arguments: [String]) throws -> FinishedProgram {
    try Program("masked-images").run(arguments)
  }

  private func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: folder.path(name)))
  }

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

  @Test(
    "the conventional transformer's figure is kept by later runs with the same options, and dropped by others"
  )
  func comparison() throws {
    let found = try run(options("compared", epochs: 2) + ["--compare"])
    #expect(found.status == 0, "\(found.errors)")
    func record() throws -> RunRecord { try RunRecord.read(from: folder.path("compared/run.json")) }
    let first = try record()
    let error = try #require(first.summary["transformer_mse"])
    #expect(error > 0 && error < 1 && first.summary["transformer_recorded"] == nil)
    #expect(try run(options("compared", epochs: 2)).status == 0)
    #expect(try record().summary["transformer_mse"] == error)
    #expect(try record().summary["transformer_recorded"] == first.date.timeIntervalSince1970)
    #expect(try run(options("compared", epochs: 2) + ["--evaluate-only", "--steps", "3"]).status == 0)
    #expect(try record().summary["transformer_mse"] == nil)
    #expect(try record().options["steps"] == "3")
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
      ["--compare", "--dimension", "15"], ["--validation", "4", "--test-images", "2"],
    ] {
      let found = try run(options("out") + bad)
      #expect(found.status == 64 && found.errors.contains("Error: "), "\(bad): \(found.errors)")
    }
    try run(options("out") + ["--patch", "3"]).expectOneLine(containing: "--patch 3 does not divide")
    try run(options("out") + ["--batch", "1000"]).expectOneLine(containing: "--batch 1000")
    try run(options("out").dropLast(2) + ["--output", "/dev/null/x"]).expectOneLine(containing: "/dev/null/x")
  }
}

/// An IDX folder of small images: a bright bar at a random place on a dark ground.
enum SmallImages {
  static func write(to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var random = RandomStream(seed: 5)
    for (name, count) in [("train", 96), ("t10k", 12)] {
      var pixels: [UInt8] = []
      var labels: [UInt8] = []
      for _ in 0..<count {
        let column = random.integer(below: 6)
        labels.append(UInt8(column))
        for place in 0..<64 {
          let isBar = (column..<column + 3).contains(place % 8)
          pixels.append(isBar ? UInt8(200 + random.integer(below: 56)) : UInt8(random.integer(below: 40)))
        }
      }
      func number(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(value >> $0 & 255) } }
      let images = [0, 0, 8, 3] + number(count) + number(8) + number(8) + pixels
      try Data(images).write(to: URL(fileURLWithPath: "\(folder)/\(name)-images-idx3-ubyte"))
      try Data([0, 0, 8, 1] + number(count) + labels)
        .write(to: URL(fileURLWithPath: "\(folder)/\(name)-labels-idx1-ubyte"))
    }
  }
}
