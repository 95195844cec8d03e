import EnergyTransformer
import Foundation
import Reporting
import Testing

/// The program `graph-classification`, run as a user runs it, on small graphs.
@Suite(.serialized) struct GraphClassificationTests {
  private let runs: GraphClassificationRuns
  private var folder: TemporaryPlace { runs.folder }

  init() throws { runs = try GraphClassificationRuns() }

  private func options(_ output: String) -> [String] { runs.options(output) }

  private func run(_ arguments: [String]) throws -> FinishedProgram { try runs.run(arguments) }

  private func bytes(_ name: String) throws -> Data { try runs.bytes(name) }

  private func summary(_ output: String) throws -> [String: Double] { try runs.summary(output) }

  @Test("writes page, figures and record, with the same bits for 1 and 2 threads")
  func threads() throws {
    for threads in [1, 2] {
      let found = try run(options("threads-\(threads)") + ["--threads", "\(threads)"])
      #expect(found.status == 0, "\(found.errors)")
    }
    for name in ["model.safetensors", "metrics.csv", "energy.svg", "trials.csv"] {
      #expect(try bytes("threads-1/\(name)") == bytes("threads-2/\(name)"))
    }
    let record = try RunRecord.read(from: folder.path("threads-1/run.json"))
    try Program("graph-classification").expectEveryOption(in: record)
    let texts = ["data": "generated", "folds": "2", "first-folds": "all", "rate": "drawn", "seed": "0"]
    for (name, text) in texts { #expect(record.options[name] == text, "\(name)") }
    let summary = try summary("threads-1")
    #expect(try summary == self.summary("threads-2"))
    for name in ["", "majority_", "logistic_", "gcn_", "transformer_"] {
      let accuracy = try #require(summary["\(name)accuracy"])
      #expect((0...1).contains(accuracy) && summary["\(name)accuracy_deviation"] != nil)
    }
    #expect(summary["majority_accuracy"] == 0.5)
    let confused = summary.filter { $0.key.hasPrefix("confusion_") }.values
    #expect(confused.count == 4 && confused.reduce(0, +) == 40)
    // Folds of 20 graphs each: the mean of their accuracies is the share of the diagonal.
    let hits = ["0_0", "1_1"].compactMap { summary["confusion_\($0)"] }.reduce(0, +)
    let accuracy = try #require(summary["accuracy"])
    #expect(abs(hits / 40 - accuracy) < 1e-12)
    try expectChosenEpochs("threads-1")
    try expectTrials("threads-1")
    try expectViewer("threads-1")
    let page = String(decoding: try bytes("threads-1/README.md"), as: UTF8.self)
    #expect(page.contains("Energy Transformer") && page.contains("energy.svg"))
  }

  /// Graphs named by what the read-out says after the last step, with two frames of each of two blocks, two heads whose weights add
  /// up for every node, and energies of nodes that add up to the graph's.
  private func expectViewer(_ output: String) throws {
    let viewer = try #require(ShownViewer.all(inPageAt: folder.path("\(output)/page.html")).first)
    #expect(viewer.steps == ["1.0", "1.1", "2.0", "2.1"] && viewer.stepName == "block.step")
    let items = viewer.items.indices
    #expect((2...8).contains(items.count))
    for name in ["class two communities", "class random"] {
      #expect(viewer.items.contains { $0.contains(": \(name), ") }, "\(viewer.items)")
    }
    let classes = try viewer.lines("Probability of each class")
    let energies = try #require(try viewer.lines("Energy of the graph")["total"])
    let share = try #require(try summary(output)["share_energy_fell_every_step"])
    let panel = try viewer.panel("graphs")
    let graphs = try #require(panel.graphs)
    #expect(panel.groups == ["1", "2"] && graphs.count == items.count && classes.count == 2)
    for item in items {
      let last = classes.mapValues { $0[item][3] }
      #expect(abs(last.values.reduce(0, +) - 1) < 1e-5)
      let best = try #require(last.max { $0.value < $1.value }?.key)
      let isRight = viewer.items[item].hasSuffix("told right")
      #expect(isRight == viewer.items[item].contains(": \(best), "), "\(viewer.items[item])")
      let falls = energies[item][1] < energies[item][0] && energies[item][3] < energies[item][2]
      #expect(falls || share < 1)
      let graph = graphs[item]
      #expect(graph.names[0] == "class token" && graph.kinds.reduce(0, +) == 1)
      for step in 0..<4 {
        let sum = graph.values[step].reduce(0, +)
        #expect(abs(sum - energies[item][step]) < 1e-3 * (1 + abs(sum)))
        for head in 0..<2 {
          #expect(graph.sums(group: head, step: step).allSatisfy { abs($0 - 1) < 0.01 })
        }
      }
    }
  }

  /// The epoch of each fold is the one of highest validation accuracy, of equals of lowest loss, among two graphs.
  private func expectChosenEpochs(_ output: String) throws {
    let text = String(decoding: try bytes("\(output)/metrics.csv"), as: UTF8.self)
    let rows = text.split(separator: "\n").dropFirst().map {
      $0.split(separator: ",").compactMap { Double($0) }
    }
    let object = try JSONSerialization.jsonObject(with: bytes("\(output)/folds.json")) as? [String: Any]
    let results = try #require(object?["results"] as? [[String: Any]])
    for fold in 0..<2 {
      // Step, fold, seed, epoch, loss, validation accuracy, validation loss.
      let epochs = rows.filter { $0[1] == Double(fold + 1) }
      #expect(epochs.count == 2)
      for epoch in epochs { #expect(epoch[5] == 0 || epoch[5] == 0.5 || epoch[5] == 1) }
      let best = try #require(epochs.max { ($0[5], -$0[6]) < ($1[5], -$1[6]) })
      let result = try #require(
        results.first { $0["fold"] as? Int == fold && $0["method"] as? String == "energy_transformer" })
      #expect(result["epoch"] as? Double == best[3])
      #expect(result["validationAccuracy"] as? Double == best[5])
    }
  }

  /// Every trained method had the same settings on every fold, and the one that the validation graphs liked best was taken.
  private func expectTrials(_ output: String) throws {
    let table = try CSVTable.read(from: folder.path("\(output)/trials.csv"))
    #expect(table.rows.count == 2 * 4 * 2)
    let settings = Set(table.rows.map { $0[2..<6].joined(separator: " ") })
    #expect(settings.count == 2, "\(settings)")
    // Two trials cover both halves of each range: the middles are sqrt(0.0005 0.02), sqrt(0.005 0.5) and 0.15.
    for (column, middle) in [(3, 0.0031623), (4, 0.05), (5, 0.15)] {
      let isHigh = Set(table.rows.compactMap { Double($0[column]) }.map { $0 > middle })
      #expect(isHigh.count == 2, "\(table.columns[column])")
    }
    let object = try JSONSerialization.jsonObject(with: bytes("\(output)/folds.json")) as? [String: Any]
    let results = try #require(object?["results"] as? [[String: Any]])
    for method in ["energy_transformer", "transformer", "gcn", "logistic"] {
      for fold in 1...2 {
        let trials = table.rows.filter { $0[0] == method && $0[1] == "\(fold)" }
        let best = try #require(
          trials.max { a, b in
            func key(_ row: [String]) -> (Double, Double) {
              (Double(row[7]) ?? -1, -(Double(row[8]) ?? .infinity))
            }
            return key(a) < key(b)
          })
        #expect(trials.filter { $0[10] == "1" } == [best])
        let result = try #require(
          results.first { $0["fold"] as? Int == fold - 1 && $0["method"] as? String == method })
        let setting = try #require(result["setting"] as? [String: Double])
        #expect(setting["rate"] == Double(best[3]) && setting["dropout"] == Double(best[5]))
      }
    }
  }

  @Test("the labels of the test graphs change no trial, no setting, no epoch and no weights")
  func testPartsPlayNoPart() throws {
    try runs.writeSet()
    let options = Array(options("").dropFirst(4).dropLast(2)) + ["--first-folds", "1"]
    for (output, labels) in [("true", ["1", "-1"]), ("false", ["-1", "1"])] {
      // Graphs 0 ... 3 are the first fold's test graphs, and the first two of them are rings.
      let text = (0..<24).map { graph in
        let isRing = graph / 2 % 2 == 0
        return (graph < 4 ? labels[isRing ? 0 : 1] : isRing ? "1" : "-1") + "\n"
      }.joined()
      try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path("SET/SET_graph_labels.txt")))
      let found = try run(["--data", folder.path("SET")] + options + ["--output", folder.path(output)])
      #expect(found.status == 0, "\(found.errors)")
    }
    for name in ["trials.csv", "metrics.csv", "model.safetensors"] {
      #expect(try bytes("true/\(name)") == bytes("false/\(name)"), "\(name)")
    }
    let accuracies = try ["true", "false"].map { try #require(try summary($0)["accuracy"]) }
    #expect(abs(accuracies[0] + accuracies[1] - 1) < 1e-12)
  }

  @Test(
    "several seeds of weights a fold give both deviations, and the page's words follow from the intervals")
  func seeds() throws {
    let found = try run(options("seeds") + ["--seeds", "2", "--folds", "3"])
    #expect(found.status == 0, "\(found.errors)")
    let object = try JSONSerialization.jsonObject(with: bytes("seeds/folds.json")) as? [String: Any]
    let results = try #require(object?["results"] as? [[String: Any]])
    func scores(_ method: String) throws -> [[Double]] {
      try (0..<3).map { fold in
        let found = results.filter { $0["fold"] as? Int == fold && $0["method"] as? String == method }
        return try found.map { try #require($0["accuracy"] as? Double) }
      }
    }
    let (ours, theirs) = (try scores("energy_transformer"), try scores("logistic"))
    #expect(ours.map(\.count) == [2, 2, 2])
    let summary = try summary("seeds")
    // By hand: 40 graphs are judged once each; of the 80 beside them two a fold, one of each class, only choose, so 74 are
    // learned from; t of two degrees of freedom.
    let advantages = zip(ours, theirs).map { ($0[0] + $0[1] - $1[0] - $1[1]) / 2 }
    let mean = advantages.reduce(0, +) / 3
    let variance = advantages.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 2
    let reach = 4.302652729749462 * ((1.0 / 3 + 40.0 / 74) * variance).squareRoot()
    #expect(abs(try #require(summary["logistic_accuracy_advantage"]) - mean) < 1e-12)
    #expect(abs(try #require(summary["logistic_accuracy_advantage_low"]) - (mean - reach)) < 1e-9)
    let seedVariance = ours.reduce(0) { $0 + ($1[0] - $1[1]) * ($1[0] - $1[1]) / 2 } / 3
    #expect(abs(try #require(summary["accuracy_seed_deviation"]) - seedVariance.squareRoot()) < 1e-12)
    #expect(summary["accuracy_deviation"] != nil && summary["accuracy_low"] != nil)
    let page = String(decoding: try bytes("seeds/README.md"), as: UTF8.self)
    #expect(page.contains("3 splits of 2 seeds each") && page.contains("same 2 trials in each fold"))
  }

  @Test("without trials the page says that nothing was tuned, and a single fold claims nothing")
  func untuned() throws {
    let found = try run(
      options("untuned") + ["--trials", "1", "--rate", "0.01", "--first-folds", "1", "--no-baselines"])
    #expect(found.status == 0, "\(found.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("untuned/trials.csv")))
    let page = String(decoding: try bytes("untuned/README.md"), as: UTF8.self)
    #expect(
      page.contains("Not tuned: every method was trained with rate 0.01, weight decay 0.05, dropout 0.0"))
    #expect(page.contains("No other method was measured.") && page.contains("One fold says nothing"))
    #expect(try summary("untuned")["accuracy_low"] == nil)
  }

  @Test("a run that was interrupted after some results goes on to the same numbers")
  func resume() throws {
    #expect(try run(options("whole")).status == 0)
    #expect(try run(options("broken")).status == 0)
    let path = URL(fileURLWithPath: folder.path("broken/folds.json"))
    var object = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [String: Any])
    let results = try #require(object["results"] as? [Any])
    #expect(results.count == 10)
    object["results"] = Array(results.prefix(3))
    // Killed between the first and the second trial of the fold's fourth method.
    let trials = try #require(object["trials"] as? [Any])
    #expect(trials.count == 16)
    object["trials"] = Array(trials.prefix(7))
    try JSONSerialization.data(withJSONObject: object).write(to: path)
    try FileManager.default.removeItem(atPath: folder.path("broken/run.json"))
    let found = try run(options("broken") + ["--resume"])
    #expect(found.status == 0, "\(found.errors)")
    #expect(try summary("broken") == summary("whole"))
    #expect(try bytes("broken/metrics.csv") == bytes("whole/metrics.csv"))

    #expect(try bytes("broken/trials.csv") == bytes("whole/trials.csv"))
    try run(options("broken") + ["--resume", "--trial-share", "1"])
      .expectOneLine(containing: "folds.json", "--trial-share 0.25, not 1.0")
    // A file of the program before it had trials.
    try Data(#"{"options":{"data":"generated"},"results":[{"fold":0}]}"#.utf8).write(to: path)
    try run(options("broken") + ["--resume"]).expectOneLine(containing: "folds.json", "(missing)")
    try Data("{".utf8).write(to: path)
    try run(options("broken") + ["--resume"]).expectOneLine(containing: "folds.json", "damaged")
    // Killed before its first result, or never begun.
    let afresh = try run(options("none") + ["--resume"])
    #expect(afresh.status == 0, "\(afresh.errors)")
    #expect(afresh.output.contains("folds.json: no results yet, so the run begins at the beginning"))
    #expect(try summary("none") == summary("whole"))

    // The model of the first fold is read back from its file.
    let model = URL(fileURLWithPath: folder.path("whole/model.safetensors"))
    let weights = try Data(contentsOf: model)
    try weights.dropLast(3).write(to: model)
    try run(options("whole") + ["--resume"]).expectOneLine(containing: "model.safetensors")
    try FileManager.default.removeItem(at: model)
    try run(options("whole") + ["--resume"]).expectOneLine(containing: "model.safetensors", "No such file")
    try SafetensorsFile.write(
      path: model.path, arrays: [("classToken", StoredArray(shape: [3], floats: [1, 2, 3]))], metadata: [:])
    try run(options("whole") + ["--resume"]).expectOneLine(
      containing: "model.safetensors", "encoder.features.weight")
  }

  @Test("a TU set is judged on its own folds, with a learned adjacency too")
  func folds() throws {
    try runs.writeSet()
    for more in [[], ["--learned-adjacency", "--centralize"]] {
      let output = "set\(more.count)"
      let found = try run(["--data", folder.path("SET")] + Array(options(output).dropFirst(4)) + more)
      #expect(found.status == 0, "\(found.errors)")
      let summary = try summary(output)
      // Three folds of four graphs, as the files say.
      #expect(summary["fold_count"] == 3)
      // A learned adjacency weighs pairs anew: there is no share of a node to show.
      let viewers = try ShownViewer.all(inPageAt: folder.path("\(output)/page.html"))
      #expect(viewers.count == (more.isEmpty ? 1 : 0))
      #expect(summary.filter { $0.key.hasPrefix("confusion_") }.values.reduce(0, +) == 12)
      let record = try RunRecord.read(from: folder.path("\(output)/run.json"))
      #expect(record.data.map(\.count) == [24, 24, 24, 24])
    }
  }
}
