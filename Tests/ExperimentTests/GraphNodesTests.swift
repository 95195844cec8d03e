import EnergyTransformer
import Foundation
import Reporting
import Testing

/// The program `graph-nodes`, run as a user runs it.
@Suite(.serialized) struct GraphNodesTests {
  private let folder: TemporaryPlace

  init() throws { folder = try TemporaryPlace() }

  private func run(_ arguments: [String]) throws -> FinishedProgram {
    try Program("graph-nodes").run(
      ["--dimension", "8", "--key-size", "4", "--memories", "12", "--output", folder.path("results/out")]
        + arguments)
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: folder.path("results/out/\(name)"), encoding: .utf8)
  }

  @Test("writes page, curves and record from the generated graph, with the same bits for 1 and 2 threads")
  func results() throws {
    var found: [(summary: [String: Double], files: [String])] = []
    let files = [
      "splits.csv", "trials.csv", "roc.svg", "precision-recall.svg", "energy.svg", "neighbourhood.svg",
      "model.safetensors",
    ]
    for threads in ["1", "2"] {
      let finished = try run(["--quick", "--threads", threads])
      #expect(finished.status == 0, "\(finished.errors)")
      let record = try RunRecord.read(from: folder.path("results/out/run.json"))
      try Program("graph-nodes").expectEveryOption(in: record)
      // What --quick made of them.
      let texts = [
        "data": "generated", "training-share": "0.01 0.4", "splits": "2", "read-out": "first-step",
        "baselines": "true", "threads": threads,
      ]
      for (name, text) in texts { #expect(record.options[name] == text, "\(name)") }
      let contents = try files.map { name in
        try Data(contentsOf: URL(fileURLWithPath: folder.path("results/out/\(name)")))
      }
      // Options, threads among them, are in the file of weights: its arrays are what must agree.
      let model = try SafetensorsFile.read(path: folder.path("results/out/model.safetensors"))
      let arrays = try model.arrays.keys.sorted().map { name in
        "\(name) \(try Tensor<Float>(model.array(named: name)).elements)"
      }
      found.append(
        (
          record.summary.filter { !$0.key.hasSuffix("seconds") },
          contents.dropLast().map { String(decoding: $0, as: UTF8.self) } + arrays
        ))
    }
    #expect(found[0].summary == found[1].summary)
    #expect(found[0].files == found[1].files)
    let prefixes = ["", "logistic_", "perceptron_", "neighbour_perceptron_", "gcn_", "transformer_"]
    for prefix in prefixes {
      for measure in ["auroc", "average_precision", "macro_f1"] {
        for part in ["1", "40"] {
          let value = try #require(found[0].summary["\(prefix)\(measure)_\(part)"])
          #expect((0...1).contains(value))
          #expect(found[0].summary["\(prefix)\(measure)_\(part)_deviation"] != nil)
          #expect(found[0].summary["\(prefix)\(measure)_\(part)_seed_deviation"] != nil)
        }
      }
    }
    for name in ["energy_score_auroc", "reconstruction_score_auroc", "distance_score_auroc"] {
      #expect((0...1).contains(try #require(found[0].summary[name])))
    }
    try expectSplits(found[0].summary)
    try expectTrials()
    try expectViewer()
    let page = try text("README.md")
    for words in [
      "self loops", "validation nodes", "| Energy Transformer", "neighbourhood.svg", "set aside for tuning",
      "95 % interval", "is not told apart from",
    ] {
      #expect(page.contains(words))
    }
    let tables = try Program("results-tables").run(["--results", folder.path("results")])
    #expect(tables.status == 0, "\(tables.errors)")
    #expect(try text("README.md") == page)
  }

  /// Nodes of both classes, named by what the score after the last step says of them, with energies that add up and, with one block
  /// of two steps and two heads, three frames of two groups.
  private func expectViewer() throws {
    let viewer = try #require(ShownViewer.all(inPageAt: folder.path("results/out/page.html")).first)
    #expect(viewer.steps == ["0", "1", "2"] && viewer.stepName == "step")
    let items = viewer.items.indices
    #expect((2...8).contains(items.count) && Set(viewer.items).count == items.count)
    #expect(
      viewer.items.contains { $0.contains("anomaly, ") } && viewer.items.contains { $0.contains("normal, ") })
    let odds = try viewer.lines("Log-odds of an anomaly")
    let (scores, thresholds) = (try #require(odds["score"]), try #require(odds["threshold"]))
    for item in items {
      let isAlarming = scores[item][2] >= thresholds[item][2]
      let words = viewer.items[item]
      #expect(
        (words.hasSuffix(", found") || words.hasSuffix("taken for an anomaly")) == isAlarming, "\(words)")
    }
    let energies = try viewer.lines("Energy of the node")
    let parts = try ["attention", "memory", "total"].map { try #require(energies[$0]) }
    let panel = try viewer.panel("graphs")
    let graphs = try #require(panel.graphs)
    #expect(panel.groups == ["1", "2"] && graphs.count == items.count)
    for (item, graph) in graphs.enumerated() {
      #expect(graph.centre == 0 && viewer.items[item].hasPrefix("\(graph.names[0].dropFirst(5)):"))
      #expect((graph.kinds[0] == 1) == viewer.items[item].contains("anomaly, "))
      for step in 0..<3 {
        let total = parts[2][item][step]
        #expect(abs(parts[0][item][step] + parts[1][item][step] - total) < 1e-4 * (1 + abs(total)))
        #expect(abs(graph.values[step][0] - total) < 1e-9)
        // What a node looks at and is not drawn is left out.
        for head in 0..<2 { #expect(graph.sums(group: head, step: step).allSatisfy { $0 < 1.01 }) }
      }
      #expect(graph.sums(group: 0, step: 0)[0] > 0.1)
    }
    let mean = try #require(try viewer.lines("Energy, mean over all nodes")["total"]?.first)
    #expect(mean[2] < mean[0])
  }

  /// Two settings for each of six models, the same for all; the better one is taken.
  private func expectTrials() throws {
    let rows = try text("trials.csv").split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
    #expect(rows.count == 12)
    #expect(Set(rows.map { $0[2...5].joined(separator: ",") }).count == 2)
    for model in Set(rows.map { $0[0] }) {
      let trials = rows.filter { $0[0] == model }
      let areas = trials.compactMap { Double($0[9]) }
      let taken = trials.indices.filter { trials[$0][10] == "true" }
      #expect(taken == [areas[1] > areas[0] ? 1 : 0])
    }
  }

  /// A row for each of six models with two seeds on two splits for two parts; the record has their means.
  private func expectSplits(_ summary: [String: Double]) throws {
    let rows = try text("splits.csv").split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
    #expect(rows.count == 48)
    // Model, part, split, seed, epoch, parameters, validation AUROC, AUROC, average precision, macro-F1.
    for (column, name) in [(6, "validation_auroc"), (7, "auroc"), (8, "average_precision"), (9, "macro_f1")] {
      let own = rows.filter { $0[0] == "Energy Transformer" && $0[1] == "0.4" }
      let values = own.compactMap { Double($0[column]) }
      #expect(values.count == 4)
      let mean = try #require(summary["\(name)_40"])
      #expect(abs(values.reduce(0, +) / 4 - mean) < 1e-12)
    }
    // Nodes to choose by are not those to test on.
    #expect(rows.contains { $0[6] != $0[7] })
  }

  @Test("reads a graph file, and one part of the nodes without other models")
  func file() throws {
    let path = try writeGraph()
    let finished = try run([
      "--data", path, "--training-share", "0.3", "--splits", "2", "--epochs", "4", "--no-baselines",
      "--mask-epochs", "3", "--unlabelled-runs", "1", "--positions", "2", "--steps", "1", "--read-out",
      // However small the share, one node is masked; its inverse is beyond every number.
      "start", "--mask", "1e-320",
    ])
    #expect(finished.status == 0, "\(finished.errors)")
    let record = try RunRecord.read(from: folder.path("results/out/run.json"))
    #expect(record.summary["auroc_30"] != nil && record.summary["gcn_auroc_30"] == nil)
    #expect(record.summary["energy_score_auroc"] != nil)
    #expect(record.data.map(\.count) == [40])
    // Column 2 is ten thousand times column 1.
    #expect(try text("README.md").contains("signed logarithm"))
    #expect(try text("README.md").contains("1 self loops dropped"))
  }

  @Test("graphs that cannot be used are refused in one line that names the file and the array")
  func refused() throws {
    func refused(_ texts: String..., change: (inout SmallGraph) -> Void) throws {
      let path = try writeGraph(change)
      try run(["--data", path, "--epochs", "2"]).expectOneLine(containing: ["graph.safetensors"] + texts)
      #expect(!FileManager.default.fileExists(atPath: folder.path("results")), "written for bad data")
    }
    try refused("edge_index", "40") { $0.to[3] = 40 }
    try refused("edge_index", "-1") { $0.from[0] = -1 }
    try refused("node_labels", "[39]") { $0.labels.removeLast() }
    try refused("node_labels", "class 0 only") { $0.labels = $0.labels.map { _ in 0 } }
    try refused("node_labels", "class 1") { graph in
      graph.labels = graph.labels.indices.map { $0 == 5 ? 1 : 0 }
    }
    try refused("node_labels", "no node of class 1 to choose by") { graph in
      graph.labels = graph.labels.indices.map { $0 == 5 || $0 == 9 ? 1 : 0 }
    }
    try refused("node_labels", "3 classes") { $0.labels[0] = 2 }
    try refused("edge_index", "no edges") { ($0.from, $0.to) = ([], []) }
    try refused("edge_index", "self loops only") { ($0.from, $0.to) = ([1, 2], [1, 2]) }
    try refused("node_features", "nan") { $0.features[7] = .nan }
    let path = try writeGraph()
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    try whole.prefix(whole.count - 9).write(to: URL(fileURLWithPath: path))
    try run(["--data", path]).expectOneLine(containing: "graph.safetensors")
    try Data().write(to: URL(fileURLWithPath: path))
    try run(["--data", path]).expectOneLine(containing: "graph.safetensors")
    try Data("0 1\n1 2\n".utf8).write(to: URL(fileURLWithPath: path))
    try run(["--data", path]).expectOneLine(containing: "graph.safetensors", "text that begins with")
    try run(["--data", folder.path("none.safetensors")]).expectOneLine(containing: "none.safetensors")
    try run(["--data", folder.path("")]).expectOneLine(containing: folder.path(""), "not a regular file")
  }

  @Test("options out of range end with a usage error")
  func ranges() throws {
    for bad in [
      ["--training-share", "1"], ["--training-share", "0"], ["--training-share", "0.4", "0.4"],
      ["--splits", "0"], ["--seeds", "0"], ["--trials", "0"], ["--tuning-share", "1"],
      ["--tuning-splits", "0"], ["--positions", "-1"], ["--dimension", "0"], ["--heads", "0"],
      ["--steps", "0"],
      ["--step-size", "0"], ["--step-size", "nan"], ["--noise", "-1"], ["--dropout", "1"],
      ["--read-out", "last"], ["--epochs", "0"], ["--patience", "0"], ["--rate", "inf"],
      ["--weight-decay", "-1"], ["--mask", "0"], ["--mask", "0.9"], ["--unlabelled-runs", "-1"],
      ["--threads", "0"], ["--threads", "9000000000000000000"],
    ] {
      let found = try run(["--quick"] + bad)
      #expect(found.status == 64 && found.errors.contains("Error: "), "\(bad): \(found.errors)")
    }
    try Program("graph-nodes").run(["--quick", "--output", "/dev/null/x"]).expectOneLine(
      containing: "/dev/null/x")
  }

  private func writeGraph(_ change: (inout SmallGraph) -> Void = { _ in }) throws -> String {
    var graph = SmallGraph()
    change(&graph)
    let path = folder.path("graph.safetensors")
    try graph.write(to: path)
    return path
  }
}

/// A graph file of 40 nodes on a ring, every fifth of them an anomaly, with one self loop.
struct SmallGraph {
  var from = (0..<40).map { $0 } + [7]
  var to = (0..<40).map { ($0 + 1) % 40 } + [7]
  var labels = (0..<40).map { $0 % 5 == 0 ? 1 : 0 }
  var features: [Float] = {
    var random = RandomStream(seed: 2)
    return (0..<120).map { place in
      let value = random.normal() + (place / 3 % 5 == 0 ? 1 : 0)
      return Float(place % 3 == 2 ? 10_000 * value : value)
    }
  }()

  func write(to path: String) throws {
    try SafetensorsFile.write(
      path: path,
      arrays: [
        ("node_features", StoredArray(Tensor(shape: [features.count / 3, 3], elements: features))),
        ("edge_index", StoredArray(shape: [2, from.count], integers: from + to)),
        ("node_labels", StoredArray(shape: [labels.count], integers: labels)),
      ], metadata: [:])
  }
}
