import EnergyTransformer
import Measurements
import Reporting

/// The tables of the page on graphs, filled from the summary.
struct GraphTables {
  let report: GraphReport
  let summary: [String: Double]

  var all: [TableRecipe] {
    [ratios].compactMap(\.self) + report.comparisons.map { times($0.workload) }
      + [memory, scale, growth].compactMap(\.self)
  }

  /// How many times as long the fastest peer takes.
  var ratios: TableRecipe? {
    report.comparisons.isEmpty
      ? nil
      : TableRecipe(
        name: "ratios",
        columns: [
          "Graph", "Nodes", "Directed edges", "Forward: fastest peer / this library", "by shortest runs",
          "Training: fastest peer / this library", "by shortest runs",
        ],
        rows: report.comparisons.map { comparison in
          row(
            comparison.workload.name,
            [
              "nodes", "edges", "forward_ratio", "forward_ratio_minima", "train_ratio", "train_ratio_minima",
            ].map { "\(comparison.workload.name)_\($0)" })
        }, digits: 2, columnDigits: [0, 0, 2, 2, 2, 2])
  }

  /// The times of every variant on one graph.
  func times(_ workload: GraphWorkload) -> TableRecipe {
    TableRecipe(
      name: "times-\(workload.name)",
      columns: ["Variant", "Forward, median ms", "shortest ms", "Training, median ms", "shortest ms"],
      rows: report.variants.map { variant in
        row(
          variant.label,
          ["forward", "train"].flatMap { work in
            ["ms", "min_ms"].map { "\(workload.name)_\(work)_\(variant.summaryName)_\($0)" }
          })
      }, digits: 1, best: .lowest)
  }

  /// The memory of a training step of every variant.
  var memory: TableRecipe? {
    report.comparisons.isEmpty
      ? nil
      : TableRecipe(
        name: "memory", columns: ["Graph"] + report.variants.map { "\($0.label), MB added" },
        rows: report.comparisons.map { comparison in
          row(
            comparison.workload.name,
            report.variants.map { "\(comparison.workload.name)_train_\($0.summaryName)_added_mb" })
        }, digits: 0)
  }

  /// Inference on graphs of two sizes.
  var scale: TableRecipe? {
    guard let first = report.scales.first?.measurement else { return nil }
    let graphs = report.scales.flatMap { outcome in
      [outcome.measurement.smaller, outcome.measurement.larger].map {
        ($0.workload, outcome.measurement.order)
      }
    }
    var rows = graphs.map { workload, order in
      let name = "\(workload.name)_\(order)"
      let isLarger = workload == first.larger.workload
      return row(
        "\(workload.nodes) nodes, \(order) order",
        [
          "\(workload.name)_nodes", "\(workload.name)_edges", "\(name)_seconds", "\(name)_edge_nanoseconds",
          isLarger ? "\(workload.name)_edge_time_ratio_\(order)" : "",
          isLarger ? "\(workload.name)_edge_time_ratio_\(order)_minima" : "", "\(name)_peak_gib",
        ])
    }
    let name = first.larger.workload.name
    if summary["\(name)_model_seconds"] != nil {
      rows.append(
        row(
          "\(first.larger.workload.nodes) nodes, \(first.order) order, whole model",
          [
            "\(name)_nodes", "\(name)_edges", "\(name)_model_seconds", "\(name)_model_edge_nanoseconds", "",
            "",
            "\(name)_model_peak_gib",
          ]))
    }
    return TableRecipe(
      name: "scale",
      columns: [
        "Graph", "Nodes", "Directed edges", "Seconds", "Nanoseconds an edge", "times the smaller graph's",
        "by shortest runs", "Peak memory, GiB",
      ], rows: rows, digits: 2, columnDigits: [0, 0, 3, 1, 2, 2, 2])
  }

  /// The memory of training against edges and heads.
  var growth: TableRecipe? {
    guard let first = report.memory.first, !first.points.isEmpty else { return nil }
    let degrees = first.points.map { $0.workload.edges / $0.workload.nodes }
    return TableRecipe(
      name: "edge-memory",
      columns: ["Heads of 32"] + degrees.map { "\($0) edges a node, MB" } + [
        "Bytes an edge more", "an edge and head",
      ],
      rows: report.memory.map { found in
        row(
          "\(found.heads)",
          degrees.map { EdgeMemory.megabytesName(degree: $0, heads: found.heads) }
            + ["memory_heads_\(found.heads)_edge_bytes", "memory_heads_\(found.heads)_edge_head_bytes"])
      }, digits: 1)
  }

  /// A line whose cells are empty where the summary has no number.
  private func row(_ label: String, _ names: [String]) -> TableRecipe.Row {
    TableRecipe.Row(label: label, summaryKeys: names.map { summary[$0] == nil ? "" : $0 })
  }
}
