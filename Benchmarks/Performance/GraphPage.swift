import EnergyTransformer
import Foundation
import Measurements
import Reporting

/// Puts the page on graphs together.
struct GraphPage {
  let record: RunRecord
  let report: GraphReport
  let tables: GraphTables
  let folder: String

  func page() throws -> MarkdownPage {
    var page = MarkdownPage(title: record.title)
    if !report.comparisons.isEmpty { try addComparison(to: &page) }
    if let table = tables.scale { try addScale(table, to: &page) }
    if let table = tables.growth { try addGrowth(table, to: &page) }
    if FileManager.default.fileExists(atPath: "\(folder)/what-was-tried.md") {
      page.addParagraph(
        "What was tried to get there, and what did not help: [a page of its own](what-was-tried.md).")
    }
    addMachine(to: &page)
    return page
  }

  private func addComparison(to page: inout MarkdownPage) throws {
    let threads = record.options["threads"] ?? "?"
    page.addParagraph(
      "The block of the node models on a graph, attention to neighbours and itself plus memories, beside the same energy "
        + "in PyTorch, each with \(threads) threads, single precision, in one run. \"Forward\" is a whole descent without "
        + "anything kept for gradients, \"training\" the mean squared error of its normalised tokens against a target "
        + "and the gradient of every parameter. Tokens are the features of the nodes; graphs, weights and indices were "
        + "prepared outside the timed region.")
    page.addParagraph(peers)
    page.addParagraph(
      "Rounds: \(record.options["rounds"] ?? "?"). In a round every variant has a new process and takes "
        + "\(record.options["turns"] ?? "?") turns of \(record.options["seconds"] ?? "?") s or two runs, the first run of a "
        + "turn not counted. A ratio is the median over the rounds of: median run of the fastest peer in that round / "
        + "median run of this library. The aim is 2 or more.")
    if let table = tables.ratios { try addTable(table, to: &page) }
    for (workload, description, measurement) in report.comparisons {
      page.addHeading(workload.name)
      page.addParagraph(
        "\(workload.sizes). \(description). Largest difference from autograd's numbers, relative to the largest "
          + "of each array: "
          + Work.allCases.map { "\($0.rawValue) \(largestError(measurement, $0))" }.joined(separator: ", ")
          + ".")
      try addTable(tables.times(workload), to: &page)
    }
    if let table = tables.memory {
      page.addHeading("Memory of a training step")
      page.addParagraph(
        "The highest resident memory of a fresh process during the step, once warmed up, less what the process had after "
          + "loading its libraries.")
      try addTable(table, to: &page)
    }
  }

  private var peers: String {
    let operations =
      record.versions["torch_geometric"].map {
        "The peers compute softmax and sums over edges by `softmax` and `scatter` of PyTorch Geometric \($0)"
      }
      ?? "PyTorch Geometric was not installed; the peers use the operations of PyTorch that its `softmax` and "
      + "`scatter` consist of (`scatter_reduce_` with `amax`, `scatter_add_`, `index_select`)"
    return operations
      + ": by autograd from the energy, whose gradient is differentiated once more in training; by the gradient in closed "
      + "form, under `no_grad` in forward; that with softmax over edges sorted by node (`ptr`); and a step of it compiled "
      + "by `torch.compile`. The fastest counts, in each round anew. All variants first had to compute the same numbers."
  }

  private func addScale(_ table: TableRecipe, to page: inout MarkdownPage) throws {
    page.addHeading("Inference against the size of the graph")
    page.addParagraph(
      "The same block on generated graphs with \(GraphCase.meanDegree) neighbours a node on average, in communities of about "
        + "\(GraphCase.communitySize) nodes that hold 90 % of the edges, in turns. Nodes are numbered at random, which "
        + "scatters the rows that a node reads over all memory, or community by community. The whole model has "
        + "an encoder before the block and a perceptron that reads out two classes behind it. Peak memory is the highest "
        + "resident memory of a process of its own in its whole life, reading the graph and preparing it included. The "
        + "aims are less than 8 GiB, and at most 1.3 times the smaller graph's time an edge.")
    try addTable(table, to: &page)
  }

  private func addGrowth(_ table: TableRecipe, to page: inout MarkdownPage) throws {
    let nodes = report.memory.first?.points.first?.workload.nodes ?? 0
    page.addHeading("Memory of training against edges and heads")
    page.addParagraph(
      "Megabytes that a training step adds to a fresh process of this library, \(nodes) nodes, heads of 32. Nothing is kept "
        + "for a pair but its places in the two orders of the graph, which all heads share: what grows with heads are "
        + "the numbers of nodes.")
    try addTable(table, to: &page)
  }

  private func addTable(_ recipe: TableRecipe, to page: inout MarkdownPage) throws {
    try page.addTable(recipe, summary: record.summary)
    page.addParagraph("*`\(record.commandLine)`, seed \(record.seed), commit \(record.commit.short).*")
  }

  private func addMachine(to page: inout MarkdownPage) {
    page.addHeading("How this was made")
    page.addCode("swift run -c release \(record.commandLine)", language: "sh")
    let versions = record.versions.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    let load = report.load.map { String(format: " Load average before the run: %.2f.", $0) } ?? ""
    page.addParagraph(
      "\(record.machine.processor), \(record.machine.coreCount) cores, \(record.machine.memoryBytes >> 30) GB, "
        + "\(record.machine.operatingSystem). \(versions.joined(separator: ", ")).\(load) Everything is in run.json."
    )
  }

  private func largestError(_ measurement: BlockMeasurement, _ work: Work) -> String {
    let errors = measurement.errors[work]?.values.flatMap(\.values) ?? []
    return errors.max().map { String(format: "%.0e", $0) } ?? "not compared"
  }
}
