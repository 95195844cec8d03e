import EnergyTransformer
import Foundation
import Reporting
import Testing

/// The program `attention-regimes`, run as a user runs it.
@Suite(.serialized) struct AttentionRegimesTests {
  private let folder: TemporaryPlace
  private var model: String { folder.path("model") }

  init() throws {
    folder = try TemporaryPlace()
    try SmallEncoder.write(to: folder.path("model"))
    var random = RandomStream(seed: 2)
    let words = (0..<400).map { _ in
      String(
        (0..<Int.random(in: 1...4, using: &random)).map { _ in
          SmallEncoder.letters.randomElement(using: &random)!
        })
    }
    try SmallEncoder.write(words.joined(separator: " ") + ". É ü, 中\n", to: folder.path("text.txt"))
    let pairs = (0..<8).map { "\(words[$0]) \(words[$0 + 8])\t\(words[$0]) \(words[$0 + 20])\t\($0 % 3)" }
    try SmallEncoder.write(pairs.joined(separator: "\n") + "\n", to: folder.path("pairs.tsv"))
  }

  private func run(_ arguments: [String], model: String? = nil) throws -> FinishedProgram {
    try Program("attention-regimes").run(
      [
        "--quick", "--no-peers", "--output", folder.path("results/out"), "--model", model ?? self.model,
        "--text",
      ]
        + [folder.path("text.txt")] + arguments)
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: folder.path("results/out/\(name)"), encoding: .utf8)
  }

  @Test("writes page, figures, tables and record, with the same numbers for 1 and 2 threads")
  func results() throws {
    let files = [
      "classes.svg", "distributions.svg", "lengths.svg", "replaced.svg", "attention.svg", "heads.csv",
      "counts.csv", "replaced.csv",
    ]
    var found: [(summary: [String: Double], files: [Data])] = []
    for threads in ["1", "2"] {
      let finished = try run(["--threads", threads, "--pairs", folder.path("pairs.tsv")])
      #expect(finished.status == 0, "\(finished.errors)")
      let record = try RunRecord.read(from: folder.path("results/out/run.json"))
      try Program("attention-regimes").expectEveryOption(
        in: record, butFor: ["output", "python", "peer-programs"])
      found.append(
        (
          record.summary,
          try files.map { try Data(contentsOf: URL(fileURLWithPath: folder.path("results/out/\($0)"))) }
        ))
    }
    #expect(found[0].summary == found[1].summary && found[0].files == found[1].files)
    let summary = found[0].summary
    #expect(summary["heads"] == 12)
    #expect((1...4).reduce(0) { $0 + (summary["class_\($1)"] ?? 0) } == 12)
    let gaussian = try #require(summary["cosine_after_gaussian_first_layer"])
    #expect(gaussian > 0.5 && gaussian < 1 && gaussian == summary["cosine_gaussian_layer_1"])
    // Flat heads of the first layer lose least, and Gaussians lose no more than averages where they were fitted.
    #expect(gaussian >= (summary["cosine_uniform_layer_1"] ?? 1) - 0.01)
    #expect(gaussian > (summary["cosine_gaussian_layer_3"] ?? 1))
    #expect(summary["spearman_published"] != nil && summary["seconds_ratio_pytorch"] == nil)
    let heads = try CSVTable.read(from: folder.path("results/out/heads.csv"))
    #expect(heads.rows.count == 24)
    for row in heads.rows { #expect((Double(row[12]) ?? 1) <= (Double(row[11]) ?? 0)) }
    let counts = try CSVTable.read(from: folder.path("results/out/counts.csv"))
    let queries = try counts.numbers(inColumn: "queries").compactMap(\.self).reduce(0, +)
    #expect(queries == 12 * Double(8 * 16 + 8 * 32))
    let page = try text("README.md")
    for words in [
      "Which heads average", "Of 12 heads over 32 tokens", "bert-base-cased", "PyTorch was not measured",
    ] {
      #expect(page.contains(words), "\(words)")
    }
    let drawing = try text("attention.svg")
    try FileManager.default.removeItem(atPath: folder.path("results/out/attention.svg"))
    let tables = try Program("results-tables").run(["--results", folder.path("results")])
    #expect(tables.status == 0, "\(tables.errors)")
    #expect(try text("README.md") == page && text("attention.svg") == drawing)
  }

  @Test("the page steps through every head: its weights from token to token, whose energy no update raises")
  func viewer() throws {
    let finished = try run(["--threads", "2"])
    #expect(finished.status == 0, "\(finished.errors)")
    let viewers = try WebPage.viewers(inPageAt: folder.path("results/out/page.html"))
    let viewer = try #require(viewers.first)
    #expect(viewers.count == 1 && viewer.items.count == 12 && viewer.steps.count == 7)
    #expect(viewer.items[5].hasPrefix("layer 2 head 2, class I"))
    let energies = try #require(viewer.lines("Energy, mean over queries"))
    let counts = try #require(viewer.lines("Keys that make 90 % of the weight, mean over queries"))
    let changes = try #require(viewer.lines("Answer moved from that of the model, as a share of its length"))
    #expect(energies.count == 6 && counts.keys == energies.keys && changes.keys == energies.keys)
    for heads in energies.values {
      #expect(heads.count == 12)
      for steps in heads {
        for (before, after) in zip(steps, steps.dropFirst()) {
          #expect(after <= before + 1e-4 * (1 + abs(before)))
        }
      }
    }
    #expect(counts.values.joined().joined().allSatisfy { (1...16).contains($0) })
    for heads in changes.values { #expect(heads.allSatisfy { $0[0] == 0 && $0[1] > 0 }) }
    // Sequences of 16 letters between begin and end, as the pointer tells them.
    let page = try text("page.html")
    let names = try #require(page.firstMatch(of: /"names":\{.*?"rows":\[(\[".*?"\])/)).1
    let tokens = try JSONDecoder().decode([String].self, from: Data(names.utf8))
    #expect(tokens.count == 16 && tokens.first == "[CLS]" && tokens.last == "[SEP]")
  }

  @Test(
    "another system that is missing, fails or says nonsense is named in one line, before anything is written",
    arguments: [
      (nil, "is missing; Benchmarks/Peers/setup.sh"), ("exit 3", "PyTorch ended without an answer"),
      ("echo '{\"error\": \"no torch here\"}'", "PyTorch: no torch here"),
      ("echo hello", "PyTorch: an answer of another form: hello"),
    ] as [(String?, String)])
  func peers(script: String?, message: String) throws {
    let peers = folder.path("peers")
    try FileManager.default.createDirectory(atPath: peers, withIntermediateDirectories: true)
    if let script { try SmallEncoder.write(script + "\n", to: "\(peers)/bert_encoder.py") }
    try Program("attention-regimes").run([
      "--quick", "--output", folder.path("results/out"), "--model", model, "--text", folder.path("text.txt"),
      "--python", "/bin/sh", "--peer-programs", peers,
    ]).expectOneLine(containing: message)
    #expect(!FileManager.default.fileExists(atPath: folder.path("results")))
  }

  @Test("files that do not say all, and pairs that order nothing, are read with a line on what was assumed")
  func silentFiles() throws {
    let configuration = try String(contentsOfFile: "\(model)/config.json", encoding: .utf8)
    try SmallEncoder.write(
      configuration.replacingOccurrences(of: "\"model_type\": \"bert\",", with: ""),
      to: "\(model)/config.json")
    try FileManager.default.createDirectory(atPath: "\(model)/1_Pooling", withIntermediateDirectories: true)
    try SmallEncoder.write(
      "{\"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": false}",
      to: "\(model)/1_Pooling/config.json")
    // The first token's vector of the same sentence twice, and of no words at all.
    try SmallEncoder.write(
      "a b\ta b\t1\na b\ta b\t2\na b\ta b\t3\n\t\t4\n\t\t5\n", to: folder.path("pairs.tsv"))
    // PyTorch's side takes means.
    try Program("attention-regimes").run([
      "--quick", "--output", folder.path("results/out"), "--model", model, "--text", folder.path("text.txt"),
    ]).expectOneLine(containing: "this model cls", "--no-peers")
    let finished = try run(["--pairs", folder.path("pairs.tsv")])
    #expect(finished.status == 0, "\(finished.errors)")
    #expect(finished.output.contains("config.json: no model_type, taken for bert"))
    #expect(try !text("README.md").contains("nan"))
  }

  @Test("models and texts that are not what they say are refused in one line")
  func refused() throws {
    let other = folder.path("other")
    func spoiled(_ change: (inout [String: StoredArray]) -> Void) throws -> FinishedProgram {
      try SmallEncoder.write(to: other, change: change)
      return try run([], model: other)
    }
    let name = "encoder.layer.1.attention.self.key.weight"
    try spoiled { $0[name] = nil }.expectOneLine(
      containing: "model.safetensors", "array \(name) is missing", "[24, 24]")
    try spoiled { $0[name] = StoredArray(shape: [24, 23], floats: .init(repeating: 0, count: 24 * 23)) }
      .expectOneLine(containing: "model.safetensors", "array \(name)", "[24, 23]", "[24, 24]")
    try SmallEncoder.write(to: other)
    let weights = URL(fileURLWithPath: "\(other)/model.safetensors")
    try Data(contentsOf: weights).dropLast(100).write(to: weights)
    try run([], model: other).expectOneLine(containing: "model.safetensors", "data_offsets", "expected")
    let configuration = try String(contentsOfFile: "\(model)/config.json", encoding: .utf8)
    try SmallEncoder.write(to: other)
    try SmallEncoder.write(
      configuration.replacingOccurrences(of: "\"bert\"", with: "\"gpt2\""), to: "\(other)/config.json")
    try run([], model: other).expectOneLine(containing: "config.json", "model_type", "bert", "gpt2")
    try SmallEncoder.write(
      configuration.replacingOccurrences(
        of: "\"model_type\": \"bert\",", with: "\"architectures\": [\"RobertaModel\"],"),
      to: "\(other)/config.json")
    try run([], model: other).expectOneLine(containing: "config.json", "architectures", "RobertaModel")
    try SmallEncoder.write(to: other) { arrays in
      for (name, array) in arrays {
        arrays["question.\(name)"] = array
        arrays["answer.\(name)"] = array
        arrays[name] = nil
      }
    }
    try run([], model: other).expectOneLine(
      containing: "model.safetensors", "answer.embeddings.word_embeddings.weight", "question.embeddings")
    try SmallEncoder.write(to: other) { arrays in
      arrays["encoder.layer.1.output.LayerNorm.weight"] = StoredArray(
        shape: [24], floats: .init(repeating: .greatestFiniteMagnitude, count: 24))
    }
    try run([], model: other).expectOneLine(containing: "model.safetensors", "left the finite numbers")
    try run([], model: folder.path("nothing")).expectOneLine(containing: "nothing", "folder of a model")
    try Program("attention-regimes").run(["--quick", "--no-peers"]).expectOneLine(
      containing: "--model", "config.json, model.safetensors and vocab.txt")
    try SmallEncoder.write("a b", to: folder.path("text.txt"))
    try run([]).expectOneLine(containing: "--text", "2 tokens", "at least 4")
    try SmallEncoder.write("a\tb\t2\nc\td\t2\ne\tf\t2\n", to: folder.path("alike.tsv"))
    try run(["--pairs", folder.path("alike.tsv")]).expectOneLine(
      containing: "alike.tsv", "3 pairs has the score 2.0, expected scores that differ")
    try run(["--lengths", "64"]).expectOneLine(containing: "max_position_embeddings", "40", "64")
    try run(["--pairs", folder.path("text.txt")]).expectOneLine(containing: "text.txt", "line 1")
    #expect(!FileManager.default.fileExists(atPath: folder.path("results")), "written for bad input")
    for bad in [
      ["--lengths", "3"], ["--lengths", "8", "8"], ["--windows", "3"], ["--updates", "1"],
      ["--threads", "0"],
      ["--pairs", ""], ["--rounds", "0"],
    ] {
      let found = try run(bad)
      #expect(found.status == 64 && found.errors.contains("Error: "), "\(bad): \(found.errors)")
    }
  }
}
