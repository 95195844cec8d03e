import Foundation
import Reporting
import Testing

/// `masked-images --compare`: the Energy Transformer and a conventional one, tuned and trained alike.
@Suite(.serialized) struct MaskedImagesComparisonTests {
  private let runs: MaskedImagesRuns
  private var folder: TemporaryPlace { runs.folder }

  init() throws { runs = try MaskedImagesRuns() }

  private func options(_ output: String, epochs: Int = 6) throws -> [String] {
    try runs.options(output, epochs: epochs)
  }

  private func run(_ arguments: [String]) throws -> FinishedProgram { try runs.run(arguments) }

  private func bytes(_ name: String) throws -> Data { try runs.bytes(name) }

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
    let more = ["--trials", "1", "--seeds", "1", "--overwrite"]
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
}
