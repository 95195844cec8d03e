import Foundation
import Testing

/// What `graph-classification` says of data and options that it cannot work on.
@Suite(.serialized) struct GraphClassificationInputTests {
  private let runs: GraphClassificationRuns
  private var folder: TemporaryPlace { runs.folder }

  init() throws { runs = try GraphClassificationRuns() }

  private func options(_ output: String) -> [String] { runs.options(output) }

  private func run(_ arguments: [String]) throws -> FinishedProgram { try runs.run(arguments) }

  @Test("data that is missing, damaged or of one class is refused in one line that names the file")
  func data() throws {
    let options = Array(options("out").dropFirst(4))
    func refused(_ texts: String...) throws {
      try run(["--data", folder.path("SET")] + options).expectOneLine(containing: texts)
      #expect(!FileManager.default.fileExists(atPath: folder.path("out")), "written for bad data")
    }
    try refused("SET")
    try runs.writeSet()
    func write(_ part: String, _ text: String) throws {
      try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path("SET/SET_\(part).txt")))
    }
    try write("graph_labels", String(repeating: "1\n", count: 24))
    try refused("SET_graph_labels.txt")
    try runs.writeSet()
    try write("node_labels", "1\n2\n")
    try refused("SET_node_labels.txt")
    try runs.writeSet()
    try write("A", "1, 2\n2, 9999\n")
    try refused("SET_A.txt", "9999")
    try write("A", "1, x\n")
    try refused("SET_A.txt")
    try write("A", "")
    try refused("SET_A.txt")
    try write("A", "1, 2\n2, 1\n2, ")
    try refused("SET_A.txt", "line 3", "expected two nodes")
    try runs.writeSet()
    try write("graph_indicator", "1\n1\n")
    try refused("SET_graph_labels.txt", "24 lines, expected 1")
    try runs.writeSet()
    try write("node_attributes", String(repeating: "0.5, nan\n", count: 96))
    try refused("SET_node_attributes.txt", "line 1", "finite")
    try FileManager.default.removeItem(atPath: folder.path("SET/SET_node_attributes.txt"))
    try FileManager.default.createDirectory(
      atPath: folder.path("SET/SET_node_attributes.txt"), withIntermediateDirectories: false)
    try refused("SET_node_attributes.txt", "is a folder")
    try FileManager.default.removeItem(atPath: folder.path("SET/SET_node_attributes.txt"))
    for fold in 1...3 {
      try FileManager.default.removeItem(atPath: folder.path("SET/folds/test_idx-\(fold).txt"))
    }
    // All graphs of one class, the chains.
    let chains = (0..<24).filter { $0 / 2 % 2 == 1 }.map { "\($0)\n" }.joined()
    try Data(chains.utf8).write(to: URL(fileURLWithPath: folder.path("SET/folds/test_idx-1.txt")))
    try refused("SET", "graph_labels", "fold 1", "class -1")
    try runs.writeSet()
    try run(["--data", folder.path("SET/SET_A.txt")] + options).expectOneLine(
      containing: "SET_A.txt", "folder")
    try run(["--data", folder.path("SET")] + options + ["--folds", "20"]).expectOneLine(containing: "SET")
  }

  @Test("options out of range end with a usage error")
  func ranges() throws {
    for bad in [
      ["--folds", "1"], ["--first-folds", "0"], ["--validation-share", "1"], ["--validation-share", "nan"],
      ["--heads", "0"], ["--steps", "-1"], ["--epochs", "0"], ["--batch", "0"], ["--step-size", "nan"],
      ["--threads", "0"], ["--trials", "1", "--rate", "-1"], ["--trials", "1", "--rate", "1e38"],
      ["--rate", "0.01"], ["--trials", "0"],
      ["--trials", "1", "--dropout", "1"], ["--trial-share", "0"], ["--trial-share", "nan"],
      ["--seeds", "0"],
      ["--weight-decay", "0.1"], ["--trials", "1", "--weight-decay", "inf"], ["--noise", "-1"],
      ["--positions", "-1"], ["--degrees", "-1"],
      ["--smoothing", "1"], ["--warm-up", "2"], ["--epochs", "9223372036854775807"],
      ["--dimension", "60000", "--memories", "60000"], ["--generated-graphs", "3"], ["--data", ""],
    ] {
      let found = try run(options("out") + bad)
      #expect(found.status == 64 && found.errors.contains("Error: "), "\(bad): \(found.errors)")
    }
    try run(options("out").dropLast(2) + ["--output", "/dev/null/x"]).expectOneLine(containing: "/dev/null/x")
  }
}
