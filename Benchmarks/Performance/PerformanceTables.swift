import EnergyTransformer
import Measurements
import Reporting

/// The tables of the page, filled from the summary.
struct PerformanceTables {
  let workloads: [any Workload]
  /// What may have been measured, in the order of the rows.
  var variants = Variant.all
  /// The continuation of a sequence, where it was measured.
  var generation: GenerationWorkload?
  let epochs: [Int]
  let summary: [String: Double]

  /// Training programs side by side; nil where none ran.
  var epochsTable: TableRecipe? {
    epochs.isEmpty
      ? nil
      : TableRecipe(
        name: "masked-images",
        columns: [
          "Epochs", "This library, s an epoch", "JAX, s an epoch", "JAX / this library",
          "This library, s of training", "JAX, s of training", "JAX, s of compiling before",
          "This library, error", "JAX, error",
        ],
        rows: epochs.map { count in
          let name = "masked_images_\(count)_epochs"
          return row(
            "\(count)",
            [
              "own_seconds", "jax_seconds", "ratio", "own_train_seconds", "jax_train_seconds",
              "jax_compile_seconds",
              "own_mse", "jax_mse",
            ].map { "\(name)_\($0)" })
        }, digits: 2, columnDigits: [2, 2, 2, 1, 1, 1, 5, 5])
  }

  var all: [TableRecipe] {
    (workloads.isEmpty ? [] : [ratios, memory, allocations] + workloads.map(times))
      + (term.rows.isEmpty ? [] : [term]) + [generationTable, epochsTable].compactMap(\.self)
  }

  /// Characters a second of every variant that continued a sequence; nil where none did.
  var generationTable: TableRecipe? {
    generation.map { workload in
      TableRecipe(
        name: "generation", columns: ["Variant", "Characters a second", "in the shortest run"],
        rows: Variant.ofGeneration.compactMap { variant in
          let name = GenerationSummary.rateName(workload, variant)
          return summary[name] == nil ? nil : row(variant.label, [name, "\(name)_best"])
        }, digits: 0, best: .highest)
    }
  }

  /// How many times as long a descent takes with a term of a user's, on every workload where it was measured.
  var term: TableRecipe {
    TableRecipe(
      name: "term",
      columns: ["Workload", "Forward, with a term / without", "Training, with a term / without"],
      rows: workloads.compactMap { workload in
        let names = [Work.forward, .training].map { TermComparison.summaryName(workload, $0) }
        return names.contains { summary[$0] != nil } ? row(workload.name, names) : nil
      }, digits: 2)
  }

  /// How many times as long the peers take.
  var ratios: TableRecipe {
    TableRecipe(
      name: "ratios",
      columns: [
        "Workload", "Forward: fastest peer", "without frozen weights", "JAX", "Training: fastest peer", "JAX",
        "Forward: share of peak", "Training: share of peak",
      ],
      rows: workloads.map { workload in
        row(
          workload.name,
          [
            "forward_ratio", "forward_ratio_unfrozen", "forward_ratio_jax", "train_ratio", "train_ratio_jax",
            "forward_peak_share", "train_peak_share",
          ].map { "\(workload.name)_\($0)" })
      }, digits: 2)
  }

  /// The times of every variant on one workload.
  func times(_ workload: any Workload) -> TableRecipe {
    let variants = variants.filter { summary["\(workload.name)_forward_\($0.summaryName)_ms"] != nil }
    return TableRecipe(
      name: "times-\(workload.name)",
      columns: ["Variant", "Forward, median ms", "shortest ms", "Training, median ms", "shortest ms"],
      rows: variants.map { variant in
        row(
          variant.label,
          [
            "forward_\(variant.summaryName)_ms", "forward_\(variant.summaryName)_min_ms",
            "train_\(variant.summaryName)_ms", "train_\(variant.summaryName)_min_ms",
          ].map { "\(workload.name)_\($0)" }
        )
      }, digits: 2, best: .lowest)
  }

  /// The memory of a training step.
  var memory: TableRecipe {
    let variants = variants.filter { $0.does(.training) && $0 != .ownGeneric }.filter { variant in
      workloads.contains { summary["\($0.name)_train_\(variant.summaryName)_added_mb"] != nil }
    }
    // What JAX's compiler set aside says least about the machine, and is the hardest to stay below.
    let planned = variants.filter { variant in
      workloads.contains { summary["\($0.name)_train_\(variant.summaryName)_planned_mb"] != nil }
    }
    return TableRecipe(
      name: "memory",
      columns: ["Workload"] + variants.map { "\($0.label), MB added" }
        + planned.map { "\($0.label), MB planned" } + [
          "JAX added / this library", "JAX planned / this library",
        ],
      rows: workloads.map { workload in
        row(
          workload.name,
          (variants.map { "\($0.summaryName)_added_mb" } + planned.map { "\($0.summaryName)_planned_mb" }
            + ["memory_ratio", "memory_ratio_planned"]).map { "\(workload.name)_train_\($0)" })
      }, digits: 1, columnDigits: (variants + planned).map { _ in 1 } + [2, 2])
  }

  /// Calls of malloc and fresh pages a run of the library.
  var allocations: TableRecipe {
    TableRecipe(
      name: "allocations",
      columns: ["Workload", "Forward: allocations", "fresh pages", "Training: allocations", "fresh pages"],
      rows: workloads.map { workload in
        row(
          workload.name,
          ["forward_allocations", "forward_page_faults", "train_allocations", "train_page_faults"].map {
            "\(workload.name)_\($0)"
          })
      }, digits: 0, columnDigits: [0, 1, 0, 1])
  }

  /// A line whose cells are empty where the summary has no number.
  private func row(_ label: String, _ names: [String]) -> TableRecipe.Row {
    TableRecipe.Row(label: label, summaryKeys: names.map { summary[$0] == nil ? "" : $0 })
  }
}
