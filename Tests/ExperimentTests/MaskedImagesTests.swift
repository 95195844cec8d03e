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

  /// Runs the program in a folder of its own, a checkout with one commit of one file.
  private func run(_ arguments: [String], inCheckout checkout: String) throws -> FinishedProgram {
    let place = folder.path(checkout)
    if !FileManager.default.fileExists(atPath: place) {
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
      try Data("1".utf8).write(to: URL(fileURLWithPath: "\(place)/source"))
      try git(["init", "--quiet"], in: place)
      try commit(in: place)
    }
    return try Program("masked-images").run(arguments, in: place)
  }

  private func git(_ arguments: [String], in place: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", place] + arguments
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "git \(arguments)")
  }

  private func commit(in place: String) throws {
    try git(["add", "--all"], in: place)
    try git(["commit", "--quiet", "--message", "a"], in: place)
  }

  private func page(_ output: String) throws -> String {
    String(decoding: try bytes("\(output)/README.md"), as: UTF8.self)
  }

  private let compared = ["--compare", "--trials", "2", "--seeds", "3", "--trial-share", "0.3"]

  @Test("a comparison tries the same settings for both methods and says what the interval over seeds allows")
  func comparison() throws {
    #expect(try run(options("alone", epochs: 2)).status == 0)
    let found = try run(options("compared", epochs: 2) + compared)
    #expect(found.status == 0, "\(found.errors)")
    #expect(try bytes("compared/model.safetensors") == bytes("alone/model.safetensors"))
    let object = try JSONSerialization.jsonObject(with: bytes("compared/comparison.json")) as? [String: Any]
    let trials = try #require(object?["trials"] as? [[String: Any]])
    let trainings = try #require(object?["trainings"] as? [[String: Any]])
    func settings(_ method: String) -> [[String: Double]] {
      trials.filter { $0["method"] as? String == method }.compactMap { $0["setting"] as? [String: Double] }
    }
    #expect(settings("energy_transformer").count == 2)
    #expect(settings("energy_transformer") == settings("transformer"))
    #expect(
      settings("transformer")[0]
        == ["muonRate": 0.03, "rate": 0.01, "weightDeviation": 0.03, "weightDecay": 0.05])
    // 96 training images: 9 held back for the trials, three tenths of 24 updates.
    #expect(object?["heldBack"] as? Int == 9)
    #expect(
      trials.allSatisfy { $0["method"] as? String == "transformer" || $0["updates"] as? Int == 7 })
    let record = try RunRecord.read(from: folder.path("compared/run.json"))
    var errors: [[Double]] = []
    for method in ["energy_transformer", "transformer"] {
      let own = trainings.filter { $0["method"] as? String == method }
      #expect(own.compactMap { $0["seed"] as? Int } == [0, 1, 2])
      let best = try #require(
        trials.filter { $0["method"] as? String == method }
          .min { ($0["error"] as? Double ?? 1) < ($1["error"] as? Double ?? 1) })
      for training in own {
        #expect(training["setting"] as? [String: Double] == best["setting"] as? [String: Double])
      }
      errors.append(own.compactMap { $0["error"] as? Double })
    }
    // By hand: t of two degrees of freedom, lower is better.
    let advantages = zip(errors[0], errors[1]).map { $1 - $0 }
    let mean = advantages.reduce(0, +) / 3
    let variance = advantages.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 2
    let reach = 4.302652729749462 * (variance / 3).squareRoot()
    let summary = record.summary
    #expect(abs(try #require(summary["transformer_compared_mse_advantage"]) - mean) < 1e-12)
    #expect(abs(try #require(summary["transformer_compared_mse_advantage_high"]) - (mean + reach)) < 1e-9)
    let words = mean - reach > 0 ? "is ahead of" : mean + reach < 0 ? "is behind" : "is not told apart from"
    #expect(try page("compared").contains("Energy Transformer \(words) conventional transformer"))
    #expect(try page("compared").contains("3 seeds of one split"))

    // Other images under test: other errors, and the same trials of the Energy Transformer, whose updates no clock tells.
    let images = URL(fileURLWithPath: folder.path("images/t10k-images-idx3-ubyte"))
    var pixels = try Data(contentsOf: images)
    for place in 16..<pixels.count { pixels[place] = 255 - pixels[place] }
    try pixels.write(to: images)
    let again = try run(
      options("other", epochs: 2) + ["--compare", "--trials", "2", "--seeds", "1", "--trial-share", "0.3"])
    #expect(again.status == 0, "\(again.errors)")
    let other = try JSONSerialization.jsonObject(with: bytes("other/comparison.json")) as? [String: Any]
    func energyTrials(_ trials: Any?) -> [Double] {
      (trials as? [[String: Any]] ?? []).filter { $0["method"] as? String == "energy_transformer" }
        .compactMap { $0["error"] as? Double }
    }
    #expect(energyTrials(other?["trials"]) == energyTrials(trials))
    let otherSummary = try RunRecord.read(from: folder.path("other/run.json")).summary
    #expect(otherSummary["masked_mse"] != summary["masked_mse"])
  }

  @Test("with one seed and one setting the page says that nothing was tuned and that one seed tells nothing")
  func oneSeed() throws {
    let found = try run(options("one", epochs: 1) + ["--compare", "--trials", "1", "--seeds", "1"])
    #expect(found.status == 0, "\(found.errors)")
    let page = try page("one")
    #expect(page.contains("One seed of each tells nothing") && page.contains("Not tuned: both methods"))
    #expect(page.contains("is not told apart from"))
    // The page's own model is the one seed.
    let summary = try RunRecord.read(from: folder.path("one/run.json")).summary
    #expect(summary["compared_mse"] == summary["masked_mse"])
  }

  @Test(
    "a recorded comparison is shown for the same options, data and clean commit alone, and otherwise it is said why"
  )
  func recordedComparison() throws {
    let options = try options("kept", epochs: 1)
    let more = ["--trials", "1", "--seeds", "1"]
    #expect(try run(options + more + ["--compare"], inCheckout: "checkout").status == 0)
    func summary() throws -> [String: Double] {
      try RunRecord.read(from: folder.path("kept/run.json")).summary
    }
    let error = try #require(try summary()["transformer_compared_mse"])
    #expect(try run(options + more, inCheckout: "checkout").status == 0)
    #expect(try summary()["transformer_compared_mse"] == error)
    #expect(try page("kept").contains("Recorded on"))
    #expect(
      try run(options + more + ["--evaluate-only", "--steps", "3"], inCheckout: "checkout").status == 0)
    #expect(try summary()["transformer_compared_mse"] == nil)

    func refused(_ arguments: [String] = [], _ reason: String) throws {
      let found = try run(options + more + arguments, inCheckout: "checkout")
      #expect(found.status == 0 && found.output.contains("was not used: ") && found.output.contains(reason))
      #expect(try page("kept").contains(reason), "\(reason)")
      #expect(try summary()["transformer_compared_mse"] == nil)
    }
    try refused(["--seed", "4"], "--seed 0, not 4")
    try refused(["--seeds", "2"], "--seeds 1, not 2")
    let place = folder.path("checkout")
    try Data("2".utf8).write(to: URL(fileURLWithPath: "\(place)/source"))
    try refused([], "not committed, now")
    try commit(in: place)
    try refused([], "it was made at commit")
    try git(["reset", "--quiet", "--hard", "HEAD~1"], in: place)
    #expect(try run(options + more, inCheckout: "checkout").status == 0)
    #expect(try summary()["transformer_compared_mse"] == error)
    // One pixel of one image under test.
    let images = URL(fileURLWithPath: folder.path("images/t10k-images-idx3-ubyte"))
    var pixels = try Data(contentsOf: images)
    pixels[pixels.count - 1] ^= 1
    try pixels.write(to: images)
    try refused([], "other data")
    try Data("{".utf8).write(to: URL(fileURLWithPath: folder.path("kept/comparison.json")))
    try run(options + more, inCheckout: "checkout").expectOneLine(containing: "comparison.json", "damaged")
  }

  @Test("a comparison that was interrupted goes on with what it had")
  func resumedComparison() throws {
    let options = try options("broken", epochs: 1) + compared
    #expect(try run(options, inCheckout: "checkout").status == 0)
    let path = URL(fileURLWithPath: folder.path("broken/comparison.json"))
    let whole = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [String: Any])
    var object = whole
    let trials = try #require(whole["trials"] as? [Any])
    object["trials"] = Array(trials.prefix(3))
    object["trainings"] = [Any]()
    try JSONSerialization.data(withJSONObject: object).write(to: path)
    #expect(try run(options + ["--resume"], inCheckout: "checkout").status == 0)
    let again = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [String: Any])
    func errors(_ object: [String: Any], _ name: String) -> [Double] {
      (object[name] as? [[String: Any]])?.compactMap { $0["error"] as? Double } ?? []
    }
    #expect(errors(again, "trials") == errors(whole, "trials"))
    #expect(errors(again, "trainings") == errors(whole, "trainings"))
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
      ["--validation", "4", "--test-images", "2"],
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
