/// What the record of a run says about one workload: numbers by name, all beginning with the workload's.
package struct BlockSummary: Sendable {
  /// The numbers.
  package private(set) var numbers: [String: Double] = [:]
  private let name: String

  /// - Parameter peak: What the processor can do at most, in 10⁹ operations a second; no shares where nil.
  package init(_ measurement: BlockMeasurement, peak: Double?) {
    name = measurement.workload.name
    for (work, times) in measurement.times {
      addRatios(work, times)
      for variant in times.milliseconds.keys { addTimes(work, times, variant) }
      if let peak, let milliseconds = times.median(of: .own) {
        let rate = 1e-6 * measurement.workload.operations(of: work) / milliseconds
        add(work, "gflops", rate)
        add(work, "peak_share", rate / peak)
      }
    }
    for (work, counts) in measurement.allocations { add(work, "allocations", counts[.own]) }
    for (work, counts) in measurement.pageFaults { add(work, "page_faults", counts[.own]) }
    for (work, errors) in measurement.errors {
      add(work, "largest_error", errors.values.flatMap(\.values).max())
    }
    addMemory(measurement.memory)
  }

  /// Names of the variants that a ratio takes the fastest of.
  private func addable(_ times: RoundTimes, where holds: (Variant) -> Bool) -> [Variant] {
    times.milliseconds.keys.filter { $0.system != .own && holds($0) }
  }

  private mutating func addRatios(_ work: Work, _ times: RoundTimes) {
    let peers = addable(times) { _ in true }
    let jax = addable(times) { $0.system == .jax }
    add(work, "ratio", times.ratio(ofFastest: peers, to: .own))
    add(work, "ratio_minima", times.ratioOfMinima(ofFastest: peers, to: .own))
    add(work, "ratio_jax", times.ratio(ofFastest: jax, to: .own))
    add(work, "ratio_jax_minima", times.ratioOfMinima(ofFastest: jax, to: .own))
    if work == .forward {
      add(work, "ratio_unfrozen", times.ratio(ofFastest: peers.filter { !$0.freezesWeights }, to: .own))
    }
    let automatic = addable(times) { $0.name == "torch-automatic" }
    add(work, "ratio_generic", times.ratio(ofFastest: automatic, to: .ownGeneric))
  }

  private mutating func addTimes(_ work: Work, _ times: RoundTimes, _ variant: Variant) {
    add(work, "\(variant.summaryName)_ms", times.median(of: variant))
    add(work, "\(variant.summaryName)_min_ms", times.minimum(of: variant))
  }

  /// Megabytes of a training step, and how many times as much the more sparing of JAX's variants needs.
  private mutating func addMemory(_ memory: [Variant: MemoryFigures]) {
    for (variant, figures) in memory {
      add(.training, "\(variant.summaryName)_added_mb", figures.increment / 1_048_576)
      add(.training, "\(variant.summaryName)_peak_mb", figures.peak / 1_048_576)
      add(.training, "\(variant.summaryName)_planned_mb", figures.planned.map { $0 / 1_048_576 })
    }
    let jax = memory.filter { $0.key.system == .jax }.values
    guard let own = memory[.own], own.increment > 0, !jax.isEmpty else { return }
    add(.training, "memory_ratio", jax.map(\.increment).min().map { $0 / own.increment })
    add(.training, "memory_ratio_planned", jax.compactMap(\.planned).min().map { $0 / own.increment })
    add(.training, "memory_ratio_absolute", jax.map(\.peak).min().map { $0 / own.peak })
  }

  private mutating func add(_ work: Work, _ quantity: String, _ value: Double?) {
    if let value { numbers["\(name)_\(work.summaryName)_\(quantity)"] = value }
  }
}
