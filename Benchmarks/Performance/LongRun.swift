import ArgumentParser
import EnergyTransformer
import Foundation
import Kit
import Measurements
import Reporting

/// Do tokens stay finite, energies from rising and memory flat over millions of steps?
struct LongRun: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "long-run",
    abstract: "Take millions of steps of a small block in single precision; ends where an energy rises.")

  @Option(help: "Steps.") var steps = 10_000_000
  @Option(help: "Examples.") var examples = 2
  @Option(help: "Threads.") var threads = 2
  @Option(help: "Seed of weights and tokens.") var seed: UInt64 = 0
  @Flag(help: "A thousand steps, to see that it works.") var quick = false
  @Option(help: "Folder for the page and the record.") var output = "Runs/performance-long-run"
  @OptionGroup var writing: WritingOptions

  /// Energies of so many steps are kept at a time.
  private static let piece = 10_000

  func validate() throws {
    try checkNames([("output", output)])
    for (name, value, range) in [
      ("steps", steps, 10...1_000_000_000), ("examples", examples, 1...64), ("threads", threads, 1...1024),
    ] where !range.contains(value) {
      throw ValidationError("--\(name) must lie in \(range.lowerBound) ... \(range.upperBound), not \(value)")
    }
  }

  mutating func run() throws {
    Parallelism.threadCount = threads
    if quick { steps = min(steps, 1_000) }
    var record = RunRecord(
      experiment: "performance", title: "A long descent",
      options: [
        "steps": "\(steps)", "examples": "\(examples)", "threads": "\(threads)", "seed": "\(seed)",
        "quick": "\(quick)",
      ], seed: seed)
    try record.prepareFolder(output, writing)
    var descent = LongDescent(examples: examples, seed: seed)
    let progress = WorkProgress(total: steps, unit: "steps")
    defer { progress.finish() }
    let started = Date()
    for tenth in 1...10 {
      let end = steps * tenth / 10
      while descent.steps < end {
        let count = min(Self.piece, end - descent.steps)
        try descent.advance(by: count)
        progress.advance(by: count)
      }
      record.summary.merge(figures(descent, percent: 10 * tenth)) { $1 }
    }
    record.timings["total"] = Date().timeIntervalSince(started)
    try write(&record, descent)
  }

  /// Where a part of the descent led.
  private func figures(_ descent: LongDescent, percent: Int) -> [String: Double] {
    var figures = [
      "steps": Double(descent.steps), "token_size": descent.tokenSize,
      "energy": descent.energies.map(Double.init).reduce(0, +) / Double(examples),
    ]
    figures["resident_mb"] = ProcessFigures.memory().residentKilobytes.map { Double($0) / 1024 }
    return Dictionary(uniqueKeysWithValues: figures.map { ("percent_\(percent)_\($0.key)", $0.value) })
  }

  private func write(_ record: inout RunRecord, _ descent: LongDescent) throws {
    let summary = record.summary
    record.summary["steps"] = Double(descent.steps)
    // A rise would have ended the run.
    record.summary["rises"] = 0
    record.summary["share_fell"] = Double(descent.falls) / Double(descent.steps * examples)
    record.summary["first_energy"] =
      descent.firstEnergies.map(Double.init).reduce(0, +) / Double(examples)
    record.summary["token_size"] = descent.tokenSize
    record.summary["microseconds_a_step"] = 1e6 * (record.timings["total"] ?? 0) / Double(descent.steps)
    if let early = summary["percent_10_resident_mb"], let late = summary["percent_100_resident_mb"] {
      record.summary["resident_growth_mb"] = late - early
    }
    record.headline = ["steps", "rises", "token_size", "resident_growth_mb"].filter {
      record.summary[$0] != nil
    }
    record.tables = [
      TableRecipe(
        name: "long-run",
        columns: [
          "Part of the run", "Steps", "Energy, mean of the examples", "Root mean square of the tokens",
          "Resident memory, MB",
        ],
        rows: (1...10).map { tenth in
          let names = ["steps", "energy", "token_size", "resident_mb"].map { "percent_\(10 * tenth)_\($0)" }
          return TableRecipe.Row(
            label: "\(10 * tenth) %", summaryKeys: names.map { summary[$0] == nil ? "" : $0 })
        }, digits: 2, columnDigits: [0, 5, 6, 1])
    ]
    try page(record).write(to: "\(output)/README.md")
    try record.write(toFolder: output)
    print(try TableRecipe.render(record.tables[0], summary: record.summary).markdown)
    print("Page: \(output)/README.md")
  }

  private func page(_ record: RunRecord) throws -> MarkdownPage {
    var page = PerformancePage(record: record)
    let count = examples == 1 ? "one example" : "\(examples) examples"
    page.addLongRun(
      sizes: "\(count) of \(LongDescent.tokenCount) tokens of \(LongDescent.dimension) numbers, "
        + "\(LongDescent.heads) heads of \(LongDescent.keySize), \(LongDescent.memories) memories")
    try page.addTable(record.tables[0])
    page.addMachine()
    return page.page
  }
}
