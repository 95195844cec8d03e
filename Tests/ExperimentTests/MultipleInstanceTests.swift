import EnergyTransformer
import Foundation
import Reporting
import Testing

/// The program `multiple-instance`, run as a user runs it, on small bags.
@Suite(.serialized) struct MultipleInstanceTests {
  private let folder: TemporaryPlace

  init() throws { folder = try TemporaryPlace() }

  private func run(_ arguments: [String]) throws -> FinishedProgram {
    try Program("multiple-instance").run(arguments)
  }

  /// Options of repertoires that train in a second or two.
  private func repertoires(_ output: String) -> [String] {
    [
      "--tasks", "repertoires", "--bags", "40", "--sequences", "3000", "--rates", "0.03", "0.01", "--folds",
      "2",
      "--epochs", "3", "--kernels", "18", "--output", folder.path(output),
    ]
  }

  private func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: folder.path(name)))
  }

  /// The numbers of a run that are neither times nor memory.
  private func summary(_ output: String) throws -> [String: Double] {
    try RunRecord.read(from: folder.path("\(output)/run.json")).summary.filter {
      !$0.key.contains("seconds") && !$0.key.contains("memory")
    }
  }

  @Test("repertoires: page, figures and record, with the same bits for 1 and 2 threads")
  func threads() throws {
    for threads in [1, 2] {
      let found = try run(repertoires("threads-\(threads)") + ["--threads", "\(threads)"])
      #expect(found.status == 0, "\(found.errors)")
    }
    for name in ["metrics.csv", "scores.csv", "auc.svg"] {
      #expect(try bytes("threads-1/\(name)") == bytes("threads-2/\(name)"))
    }
    let summary = try summary("threads-1")
    #expect(try summary == self.summary("threads-2"))
    for rate in ["3_percent", "1_percent"] {
      let others = ["gated_attention", "mean", "maximum", "kmers"].compactMap {
        summary["repertoire_\($0)_auc_\(rate)"]
      }
      let own = try #require(summary["repertoire_auc_\(rate)"])
      #expect(others.count == 4 && (others + [own]).allSatisfy { (0...1).contains($0) })
      #expect(summary["repertoire_best_baseline_auc_\(rate)"] == others.max())
      let shares = ["hopfield", "mean"].compactMap { summary["repertoire_\($0)_witness_share_\(rate)"] }
      #expect(shares.count == 2 && shares.allSatisfy { (0...1).contains($0) })
    }
    // Mean pooling gives every sequence the same weight.
    #expect(abs((summary["repertoire_mean_witness_share_3_percent"] ?? 0) - 0.03) < 1e-4)
    let scores = try CSVTable.read(from: folder.path("threads-1/scores.csv"))
    // Seven methods at either rate, the exchanged starts among them; every repertoire once.
    #expect(scores.rows.count == (7 + 7) * 40)
    let page = String(decoding: try bytes("threads-1/README.md"), as: UTF8.self)
    #expect(page.contains("Hopfield pooling") && page.contains(", sequence "))
    // Two folds say nothing, whatever the difference.
    #expect(page.contains("Hopfield pooling is not told apart from") && !page.contains("is ahead of"))
    #expect(summary["repertoire_hopfield_random_kernels_auc_3_percent_advantage_low"] != nil)
  }

  @Test(
    "a folder of repertoires is read; what is wrong in it ends the run in one line before anything is written"
  )
  func reading() throws {
    let set = folder.path("set")
    try FileManager.default.createDirectory(atPath: set, withIntermediateDirectories: true)
    func write(_ name: String, _ text: String) throws {
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(set)/\(name)"))
    }
    var metadata = "ID\tStatus\n"
    for index in 0..<20 {
      metadata += "r\(index)\t\(index % 2 == 0 ? "-" : "+")\n"
      let lines = (0..<50).map { line in
        "CASS\(index % 2 == 1 && line < 10 ? "WHM" : "GLR")\(["D", "E", "K"][line % 3])EQYF\t\(line + 1)\n"
      }
      try write("r\(index).tsv", "amino_acid\ttemplates\n" + lines.joined())
    }
    try write("metadata.tsv", metadata)
    let options = ["--tasks", "repertoires", "--repertoires", set, "--folds", "2", "--epochs", "2"]
    let found = try run(options + ["--output", folder.path("read")])
    #expect(found.status == 0, "\(found.errors)")
    let summary = try summary("read")
    #expect(summary["repertoire_auc_folder"] != nil && summary["repertoire_kmers_auc_folder"] == 1)
    try write("r3.tsv", "amino_acid\ttemplates\nCASSF\t1\nCAZF\t1\n")
    try run(options + ["--output", folder.path("bad")]).expectOneLine(
      containing: "r3.tsv", "line 3", "amino_acid", "CAZF")
    #expect(!FileManager.default.fileExists(atPath: folder.path("bad")))
    try run(["--tasks", "repertoires", "--repertoires", folder.path("none")]).expectOneLine(
      containing: "metadata.tsv", "missing")
  }

  /// Twenty repertoires of a few sequences, of which every second one is positive.
  private func write(_ name: String, classes: [String] = ["-", "+"], _ repertoire: (Int) -> String) throws
    -> String
  {
    let set = folder.path(name)
    try FileManager.default.createDirectory(atPath: set, withIntermediateDirectories: true)
    var metadata = "ID\tStatus\n"
    for index in 0..<20 {
      metadata += "r\(index)\t\(classes[index % classes.count])\n"
      try Data(repertoire(index).utf8).write(to: URL(fileURLWithPath: "\(set)/r\(index).tsv"))
    }
    try Data(metadata.utf8).write(to: URL(fileURLWithPath: "\(set)/metadata.tsv"))
    return set
  }

  @Test(
    "repertoires that nothing tells apart, or of one class, or too few: one line before anything is written")
  func degenerate() throws {
    let alike = try write("alike") { _ in "amino_acid\nCASSF\nCASWEF\n" }
    let single = try write("class", classes: ["+"]) { "amino_acid\nCASSF\nCA\($0 % 2 == 0 ? "W" : "K")F\n" }
    let options = [
      "--tasks", "repertoires", "--epochs", "1", "--output", folder.path("none"), "--repertoires",
    ]
    try run(options + [alike]).expectOneLine(containing: "alike", "nothing tells them apart")
    try run(options + [single]).expectOneLine(containing: "metadata.tsv", "positive only")
    let few = try write("few", classes: ["-"] + Array(repeating: "+", count: 9)) {
      "amino_acid\nCA\($0 % 3 == 0 ? "W" : "K")F\n"
    }
    try run(options + [few]).expectOneLine(containing: "metadata.tsv", "negative", "2 examples")
    try run(options + [few, "--folds", "2"]).expectOneLine(
      containing: "fold 1", "no example of class negative")
    #expect(!FileManager.default.fileExists(atPath: folder.path("none")))
  }

  @Test("one sequence of one to three letters, or one repertoire that differs: every figure is a number")
  func smallest() throws {
    let sets = [
      try write("short") { "amino_acid\n\($0 % 2 == 0 ? "CA" : "W")\n" },
      try write("one") { "amino_acid\n\($0 == 3 ? "CAW" : "CAF")\n" },
    ]
    for (index, set) in sets.enumerated() {
      let found = try run([
        "--tasks", "repertoires", "--folds", "3", "--epochs", "1", "--kernels", "3", "--repertoires", set,
        "--output", folder.path("small-\(index)"),
      ])
      #expect(found.status == 0, "\(found.errors)")
      #expect(try summary("small-\(index)").values.allSatisfy(\.isFinite))
      let page = String(decoding: try bytes("small-\(index)/README.md"), as: UTF8.self)
      #expect(!page.lowercased().contains(" nan"))
    }
  }

  @Test("lines without a whole sequence are left out and said; strictly read they end the run")
  func leftOut() throws {
    let set = try write("stops") {
      "amino_acid\ttemplates\nCASS\($0 % 2 == 0 ? "W" : "K")EF\t2.0\nCA*F\t1\nNA\t1\nCASSEF\t1e1\n"
    }
    let options = [
      "--tasks", "repertoires", "--folds", "3", "--epochs", "1", "--kernels", "3", "--no-baselines",
      "--no-ablations",
      "--output", folder.path("left"), "--repertoires", set,
    ]
    try run(options + ["--strict-sequences"]).expectOneLine(containing: "r0.tsv", "line 3", "CA*F")
    let found = try run(options)
    #expect(found.status == 0, "\(found.errors)")
    let note = "40 of 80 sequences left out: 20 missing, 20 with a stop codon"
    #expect(found.output.contains("repertoires: \(note)"))
    #expect(String(decoding: try bytes("left/README.md"), as: UTF8.self).contains(note))
  }

  @Test("the quick run does every task")
  func quick() throws {
    let found = try run(["--quick", "--output", folder.path("quick")])
    #expect(found.status == 0, "\(found.errors)")
    try Program("multiple-instance").expectEveryOption(
      in: RunRecord.read(from: folder.path("quick/run.json")))
    let summary = try summary("quick")
    for name in [
      "repertoire_auc_1_percent", "repertoire_auc_1_per_mille", "mnist_bags_auc", "bit_pattern_accuracy",
      "latch_accuracy", "lookup_bit_pattern_accuracy", "lstm_latch_accuracy",
      "gated_attention_mnist_bags_auc",
    ] {
      let value = try #require(summary[name], "\(name)")
      #expect((0...1).contains(value))
    }
    let viewers = try ShownViewer.all(inPageAt: folder.path("quick/page.html"))
    try #require(viewers.count == 2)
    try expectRepertoires(viewers[0])
    try expectBitPatterns(viewers[1])
  }

  /// Two repertoires of each class for each of two witness rates, at eight inverse temperatures: a mean over 2,000 sequences at
  /// 0, and at 1 the network whose scores were written.
  private func expectRepertoires(_ viewer: ShownViewer) throws {
    #expect(viewer.steps == ["0", "0.125", "0.25", "0.5", "1", "2", "4", "8"])
    #expect(viewer.items.count == 8)
    let bars = try #require(try viewer.panel("bars").bars)
    let (weights, scores) = (try viewer.lines("Weight"), try viewer.lines("Score"))
    let largest = try #require(weights["the largest"])
    let witnesses = try #require(weights["all implanted"])
    let own = try #require(scores["this bag"])
    var judged: [(rate: Double, isPositive: Bool, score: Double)] = []
    let written = try CSVTable.read(from: folder.path("quick/scores.csv"))
    for (item, name) in viewer.items.enumerated() {
      let found = try #require(
        name.firstMatch(of: /^repertoire (\d+), (positive|negative), witness rate (\S+) %$/))
      let rate = try #require(Double(found.3)) / 100
      let isPositive = found.2 == "positive"
      let (rows, values) = (bars[item].rows, bars[item].values[0])
      for step in values {
        #expect(abs(step.reduce(0, +) - 1) < 2e-3)
      }
      for (row, weight) in zip(rows, values[0]) where !row.isRest { #expect(abs(weight - 1 / 2_000) < 1e-6) }
      #expect(rows.filter(\.isRest).count == 1 && rows.count >= 11)
      let implanted = rows.filter { $0.mark == "implanted" }
      #expect(isPositive == !implanted.isEmpty)
      #expect(implanted.allSatisfy { $0.label.contains(/FD.KN/) })
      #expect(abs(largest[item][0] - 1 / 2_000) < 1e-6)
      #expect(abs(witnesses[item][0] - (isPositive ? rate : 0)) < 1e-5)
      let row = try #require(
        written.rows.first { row in
          Double(row[0]) == rate && row[1] == "1" && row[2] == found.1 && row[4] == "0"
        })
      judged.append((rate, isPositive, try #require(Double(row[5]))))
    }
    for (item, bag) in judged.enumerated() {
      let negative = judged.filter { $0.rate == bag.rate && !$0.isPositive }.map(\.score)
      #expect(negative.count == 2)
      #expect(abs(own[item][4] - (bag.score - (negative[0] + negative[1]) / 2)) < 1e-4 * (1 + abs(bag.score)))
    }
  }

  /// Three bags of each class at four numbers of updates, for the mean of the heads and each of eight.
  private func expectBitPatterns(_ viewer: ShownViewer) throws {
    #expect(viewer.steps == ["0", "1", "2", "3"] && viewer.items.count == 6)
    let panel = try viewer.panel("bars")
    #expect(panel.groups == ["mean"] + (1...8).map { "\($0)" })
    for (item, bars) in try #require(panel.bars).enumerated() {
      #expect(bars.rows.count == 16 && bars.rows.allSatisfy { $0.label.wholeMatch(of: /[01]{8}/) != nil })
      #expect(
        bars.rows.count { $0.mark == "signal" } == (viewer.items[item].hasSuffix("positive") ? 1 : 0))
      for step in 0..<4 {
        for head in bars.values { #expect(abs(head[step].reduce(0, +) - 1) < 2e-3) }
        for row in 0..<16 {
          let mean = bars.values.dropFirst().reduce(0) { $0 + $1[step][row] } / 8
          #expect(abs(bars.values[0][step][row] - mean) < 1e-3)
        }
      }
      #expect(bars.values[1][0] != bars.values[1][3])
    }
  }

  @Test("options out of range end with a usage error")
  func ranges() throws {
    for bad in [
      ["--bags", "3"], ["--rates", "0"], ["--rates", "2"], ["--rates", "1e-9"], ["--rates", "0.01", "0.01"],
      ["--motifs", "A.X"], ["--motifs", "ABCDEFG"], ["--motifs", "."], ["--folds", "1"], ["--kernels", "0"],
      ["--share", "0"], ["--pair-weight", "-1"], ["--pair-variance", "nan"], ["--share", "2"],
      ["--beta", "nan"], ["--rate", "-1"], ["--validation-share", "1"], ["--rate", "1e300"],
      ["--beta", "1e300"],
      ["--weight-decay", "1e300"], ["--validation-share", "1e-320"],
      ["--validation-share", "0"], ["--pairs", "0"], ["--threads", "0"], ["--runs", "0"],
      ["--tasks", "none"],
      ["--epochs", "9223372036854775807"], ["--repertoires", ""], ["--width", "0"], ["--status", ""],
    ] {
      let found = try run(["--output", folder.path("out")] + bad)
      #expect(found.status == 64 && found.errors.contains("Error: "), "\(bad): \(found.errors)")
    }
    try run(["--tasks", "latch", "--output", "/dev/null/x"]).expectOneLine(containing: "/dev/null/x")
  }
}
