import Reporting
import Testing

@Suite("sweeps and comparisons on a page") struct SweepTests {
  private let sweep = Sweep(points: [
    .init(label: "1", name: "beta_1", x: 1, numbers: ["error": 0.5, "steps": 3]),
    .init(label: "2", name: "beta_2", x: 2, numbers: ["error": 0.25]),
    .init(label: "4", name: "beta_4", x: 4, numbers: ["error": 0.125, "steps": 9, "other": 1]),
  ])

  @Test("a table of a sweep names its numbers by measure and point, and leaves out what was not measured")
  func table() {
    var section = PageSection("Errors")
    section.addTable("errors", of: sweep, "beta", columns: [("Error", "error", 3), ("Steps", "steps", 0)])
    #expect(
      section.tables[0].columns == ["beta", "Error", "Steps"] && section.tables[0].columnDigits == [3, 0])
    #expect(section.tables[0].rows.map(\.label) == ["1", "2", "4"])
    #expect(
      section.tables[0].rows.map(\.summaryKeys) == [
        ["error_beta_1", "steps_beta_1"], ["error_beta_2", ""], ["error_beta_4", "steps_beta_4"],
      ])
    let table: [String: Double] = [
      "error_beta_1": 0.5, "steps_beta_1": 3, "error_beta_2": 0.25, "error_beta_4": 0.125, "steps_beta_4": 9,
    ]
    #expect(section.summary == table)
    section.addNumbers(of: sweep)
    #expect(section.summary == table.merging(["other_beta_4": 1]) { $1 })
  }

  @Test("a curve goes over the points that have the measure, scaled and raised to the least value")
  func series() {
    let steps = sweep.series("steps", label: "steps", scale: 2, atLeast: 7, isReference: true)
    #expect(steps.x == [1, 4] && steps.y == [7, 18] && steps.isReference && steps.label == "steps")
    #expect(sweep.series("error", label: "").y == [0.5, 0.25, 0.125])
    #expect(sweep.largest("steps") == 9 && sweep.largest("none") == nil && sweep.total("error") == 0.875)
  }

  private func comparison(_ measure: String, _ shift: Double) throws -> MethodComparison {
    func method(_ prefix: String, _ label: String, _ scores: [Double]) -> (String, String, String?, [Double])
    {
      (prefix, label, prefix == "b_" ? "None" : nil, scores.map { $0 + shift })
    }
    return try MethodComparison(
      measure: measure,
      splits: [
        method("", "Ours", [3, 4, 6]), method("a_", "Theirs", [1, 2, 3]), method("b_", "None", [0, 1, 5]),
      ],
      better: .highest, dependence: .independent)
  }

  @Test("means and advantages of several comparisons stand side by side")
  func comparisons() throws {
    let compared = [("low", try comparison("auc_1", 0)), ("high", try comparison("auc_2", 10))]
    #expect(
      compared[0].1.others.map(\.name) == ["theirs", "None"] && compared[0].1.first.scores.mean == 13.0 / 3)
    var section = PageSection("Both")
    section.addMeans(of: compared, name: "means", label: "AUC", digits: 2, best: .highest)
    section.addAdvantages(of: compared, name: "advantages", label: "over", digits: 2)
    #expect(section.tables[0].columns == ["AUC", "low", "high"] && section.tables[0].best == .highest)
    #expect(section.tables[0].rows.map(\.label) == ["Ours", "Theirs", "None"])
    #expect(
      section.tables[0].rows[1].summaryKeys == ["a_auc_1 ± a_auc_1_deviation", "a_auc_2 ± a_auc_2_deviation"])
    #expect(section.tables[1].rows.map(\.label) == ["Theirs", "None"])
    #expect(section.tables[1].rows[1].summaryKeys[0] == "b_auc_1_advantage_low … b_auc_1_advantage_high")
    #expect(section.summary["auc_1"] == 13.0 / 3 && section.summary["a_auc_2"] == 12)
    let lines = LinePlot.Series.methods(compared.enumerated().map { (x: Double($0 + 1), comparison: $1.1) })
    #expect(
      lines.map(\.label) == ["Ours", "Theirs", "None"] && lines[1].x == [1, 2] && lines[1].y == [2, 12])
    #expect(lines[1].spread == [1, 1] && LinePlot.Series.methods([]).isEmpty)
    var single = PageSection("One")
    single.addComparison(compared[0].1, name: "one", measureLabel: "AUC", digits: 3)
    #expect(single.tables == [compared[0].1.table(name: "one", measureLabel: "AUC", digits: 3)])
    #expect(single.summary["b_auc_1_advantage"] != nil)
  }

  @Test("comparisons add means, advantages where there are intervals, a sentence each, and how to read them")
  func allComparisons() throws {
    let compared = [("low", try comparison("auc_1", 0)), ("high", try comparison("auc_2", 10))]
    var section = PageSection("Both")
    section.addComparisons(
      compared, names: ("means", "advantages"), label: "AUC", digits: 2, best: .highest)
    #expect(section.tables.map(\.name) == ["means", "advantages"] && section.tables[0].best == .highest)
    #expect(section.tables[1].columns == ["advantage of Ours over (95 % interval)", "low", "high"])
    let page = try RunReport(sampleRecord(), introduction: [], sections: [section]).page().markdown
    #expect(page.contains("- low: \(compared[0].1.sentence(digits: 2))\n- high: "))
    #expect(page.contains("standard deviations over the splits. \(compared[0].1.explanation)"))
    // A single split has no interval, and no deviation to speak of.
    let single = try MethodComparison(
      measure: "auc_3", splits: [("", "Ours", nil, [0.75]), ("a_", "Theirs", nil, [0.5])], better: .highest,
      dependence: .independent)
    var one = PageSection("One")
    one.addComparisons(
      [("all", single)], names: ("means", "advantages"), label: "AUC", digits: 2, best: .highest)
    #expect(one.tables.map(\.name) == ["means"])
    var none = PageSection("None")
    none.addComparisons([], names: ("means", "advantages"), label: "AUC", digits: 2, best: .highest)
    #expect(none.tables.isEmpty)
  }

  @Test("a table of rows and columns has the cell of each pair, and its numbers in the summary")
  func grid() {
    var section = PageSection("Grid")
    section.addTable(
      "grid", "Method", rows: [("ours", 2), ("theirs", 3), ("none", 0)], columns: [("ten", 10), ("six", 6)],
      digits: 1, best: .lowest
    ) { $0 == 0 ? .missing : .number("share_\($0)_\($1)", Double($1) / Double($0)) }
    #expect(section.tables[0].columns == ["Method", "ten", "six"] && section.tables[0].best == .lowest)
    #expect(section.tables[0].digits == 1 && section.tables[0].columnDigits == nil)
    #expect(section.tables[0].rows.map(\.label) == ["ours", "theirs", "none"])
    #expect(
      section.tables[0].rows.map(\.summaryKeys) == [
        ["share_2_10", "share_2_6"], ["share_3_10", "share_3_6"], ["", ""],
      ])
    let numbers: [String: Double] = [
      "share_2_10": 5, "share_2_6": 3, "share_3_10": 10.0 / 3, "share_3_6": 2,
    ]
    #expect(section.summary == numbers)
  }

  @Test("words are listed as a sentence does")
  func words() {
    #expect(listed([]) == "" && listed(["a"]) == "a" && listed(["a", "b"]) == "a and b")
    #expect(listed(["a", "b", "c"]) == "a, b and c")
  }
}
