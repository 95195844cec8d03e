extension RunRecord {
  /// Refuses a record that could not be trusted or read later.
  ///
  /// - Throws: one `ReportingError` that lists every fault: an empty name, a number that is not finite, a
  ///   name that is not lower_snake_case, a table that names what the summary does not have.
  public func validate() throws {
    let faults = nameFaults() + numberFaults() + headlineFaults() + tableFaults()
    if !faults.isEmpty { throw ReportingError("run record: " + faults.joined(separator: "; ")) }
  }

  private func nameFaults() -> [String] {
    var faults: [String] = []
    if experiment.isEmpty { faults.append("field experiment is empty") }
    if title.isEmpty { faults.append("field title is empty") }
    return faults
  }

  private func numberFaults() -> [String] {
    var faults: [String] = []
    for (field, numbers) in [("summary", summary), ("timings", timings)] {
      for (name, value) in numbers.sorted(by: { $0.key < $1.key }) {
        if !Self.isSummaryName(name) {
          faults.append("field \(field).\(name): expected a lower_snake_case name")
        }
        if !value.isFinite {
          faults.append("field \(field).\(name): expected a finite number, found \(value)")
        }
      }
    }
    return faults
  }

  private func headlineFaults() -> [String] {
    headline.filter { summary[$0] == nil }.map { "field headline: the summary has no \($0)" }
  }

  private func tableFaults() -> [String] {
    var faults: [String] = []
    var names: Set<String> = []
    for table in tables {
      if !names.insert(table.name).inserted { faults.append("field tables: two tables named \(table.name)") }
      faults += table.faults(summary: summary)
    }
    return faults
  }

  /// True for lower-case letters, digits and single underscores, a letter first.
  static func isSummaryName(_ name: String) -> Bool {
    let isSpelled = name.utf8.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "_")
    }
    guard isSpelled, let first = name.first, first.isLetter else { return false }
    return !name.hasSuffix("_") && !name.contains("__")
  }
}
