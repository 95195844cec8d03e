/// What the record of a run says about the continuation of a sequence: numbers by name, all beginning with the workload's.
package struct GenerationSummary: Equatable, Sendable {
  /// The numbers.
  package private(set) var numbers: [String: Double] = [:]

  /// - Parameter measurement: That of the workload, in `.forward`, a run of which is a whole sequence.
  package init(_ measurement: BlockMeasurement, of workload: GenerationWorkload) {
    let times = measurement.times[.forward] ?? RoundTimes()
    for variant in times.milliseconds.keys {
      func rate(_ milliseconds: Double?) -> Double? {
        milliseconds.map { 1e3 * Double(workload.block.tokens) / $0 }
      }
      let name = Self.rateName(workload, variant)
      numbers[name] = rate(times.median(of: variant))
      numbers["\(name)_best"] = rate(times.minimum(of: variant))
    }
    let peers = times.milliseconds.keys.filter { $0.system != .own }
    numbers["\(workload.name)_ratio"] = times.ratio(ofFastest: peers, to: .own)
    numbers["\(workload.name)_ratio_minima"] = times.ratioOfMinima(ofFastest: peers, to: .own)
    numbers["\(workload.name)_largest_error"] = measurement.errors[.forward]?.values.flatMap(\.values).max()
  }

  /// The name of a variant's characters a second, by the median run; that of the shortest ends with `_best`.
  package static func rateName(_ workload: GenerationWorkload, _ variant: Variant) -> String {
    "\(workload.name)_\(variant.summaryName)_characters_a_second"
  }
}
