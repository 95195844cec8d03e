import Reporting
import Testing

@Suite("run reports") struct RunReportTests {
  /// A section with every kind of part.
  private func section() throws -> PageSection {
    var section = PageSection("Errors")
    section.addParagraph("Lower is better.")
    section.summary["trials"] = 3
    section.addTable(
      "errors", columns: ["Method", "error", "seconds"], digits: 3, columnDigits: [3, 0], best: .lowest,
      rows: [
        ("ours", [.spread("error_ours", try Spread(of: [0.25, 0.75])), .number("seconds_ours", 12)]),
        ("theirs", [.number("error_theirs", 0.625), .number("seconds_theirs", nil)]),
        ("none", [.missing, .summary("trials")]),
      ])
    var plain = MarkdownTable(columns: ["a", "b"])
    plain.addRow([.text("x"), .text("y")])
    section.addTable(plain)
    section.addHeading("Curves")
    section.addFigure(
      "curve.svg",
      LinePlot(title: "t", xTitle: "x", yTitle: "y", series: [.init(label: "l", x: [1], y: [2])]),
      caption: "A curve")
    var points = CSVTable(columns: ["x"])
    points.addRow([1.5])
    section.addFile("points.csv", points)
    section.addCode("make", language: "sh")
    return section
  }

  private func record() -> RunRecord {
    var record = sampleRecord()
    (record.summary, record.tables, record.headline) = ([:], [], ["error_ours", "error_none", "trials"])
    return record
  }

  @Test("the numbers of tables enter the summary under their names, missing ones do not")
  func numbers() throws {
    let section = try section()
    #expect(
      section.summary == [
        "trials": 3, "error_ours": 0.5, "error_ours_deviation": 0.125.squareRoot(), "seconds_ours": 12,
        "error_theirs": 0.625,
      ])
    #expect(
      section.tables[0].rows.map(\.summaryKeys) == [
        ["error_ours ± error_ours_deviation", "seconds_ours"], ["error_theirs", ""], ["", "trials"],
      ])
  }

  @Test("a page has its sections' parts in their order, and files lie beside it with the record")
  func written() throws {
    let folder = try TemporaryFolder()
    var second = PageSection("Speed", level: 3)
    second.addTable("speed", columns: ["", "ms"], digits: 1, rows: [("all", [.number("ms", 2.25)])])
    let report = try RunReport(record(), introduction: ["One.", "Two."], sections: [section(), second])
    try report.write(toFolder: folder.path)
    #expect(
      try folder.names() == ["README.md", "curve.svg", "figures.json", "page.html", "points.csv", "run.json"])
    #expect(
      try folder.read("README.md") == """
        # Completing masked digits

        One.

        Two.

        ## Errors

        Lower is better.

        <!-- table: errors -->

        \(try report.tables()[0].markdown)
        <!-- /table -->

        | a   | b   |
        | --- | --- |
        | x   | y   |

        ### Curves

        ![A curve](curve.svg)

        *A curve*

        ```sh
        make
        ```

        ### Speed

        <!-- table: speed -->

        \(try report.tables()[1].markdown)
        <!-- /table -->

        """)
    let read = try RunRecord.read(from: folder.path + "/run.json")
    #expect(
      read == report.record && read.summary["ms"] == 2.25 && read.tables.map(\.name) == ["errors", "speed"])
    #expect(read.headline == ["error_ours", "trials"])
  }

  @Test("a number that was not measured to its end is written as at least that")
  func atLeast() throws {
    var section = PageSection("Capacity")
    section.addTable(
      "capacity", columns: ["Memory", "d = 32", "d = 64"], digits: 0,
      rows: [("dense", [.number("capacity_32", 724), .atLeast("capacity_64", 524_288)])])
    #expect(section.summary == ["capacity_32": 724, "capacity_64": 524_288])
    #expect(section.tables[0].rows[0].summaryKeys == ["capacity_32", "at least capacity_64"])
    let report = try RunReport(record(), introduction: [], sections: [section])
    #expect(try report.page().markdown.contains("| dense  |    724 | at least 524,288 |"))
    let folder = try TemporaryFolder()
    try report.record.write(toFolder: folder.path)
    #expect(try RunRecord.read(from: folder.path + "/run.json").tables == section.tables)
  }

  @Test("two numbers of one name are refused, equal ones are one")
  func conflict() throws {
    var (first, second) = (PageSection("A"), PageSection("B"))
    first.summary["x"] = 1
    second.summary["x"] = 1
    #expect(try RunReport(record(), introduction: [], sections: [first, second]).record.summary == ["x": 1])
    second.summary["x"] = 2
    #expect(
      message { _ = try RunReport(record(), introduction: [], sections: [first, second]) }
        == "summary: x is 1.0 in one section and 2.0 in another")
  }

  @Test("counts of classes taken for classes are a table, and enter the summary by their numbers")
  func confusion() throws {
    var section = PageSection("Which classes are confused")
    section.addConfusion([[5, 2, 0], [1, 7, 3], [0, 4, 6]], classNames: ["a", "b", "-1"])
    #expect(section.summary.count == 9)
    #expect(section.summary["confusion_0_1"] == 2 && section.summary["confusion_2_1"] == 4)
    let table = try TableRecipe.render(try #require(section.tables.first), summary: section.summary)
    #expect(
      table.markdown == """
        | class | taken for a | taken for b | taken for -1 |
        | ----- | ----------: | ----------: | -----------: |
        | a     |           5 |           2 |            0 |
        | b     |           1 |           7 |            3 |
        | -1    |           0 |           4 |            6 |

        """)
  }

  @Test(
    "published figures stand below this page's mean, with where its interval lies beside those that compare")
  func published() throws {
    // Mean 0.7, deviation 0.1 of three: the interval is 0.7 ± 4.3027 · 0.1 / sqrt(3), 0.4516 … 0.9484.
    let comparison = try MethodComparison(
      measure: "accuracy",
      first: .init(prefix: "", label: "Ours", scores: try TrialScores(splits: [0.6, 0.7, 0.8])), others: [],
      better: .highest, dependence: .independent)
    var section = PageSection("Beside published figures")
    let verdicts = try section.addPublished(
      [
        PublishedFigure(label: "X", mean: 0.95, deviation: 0.02, judgedOn: "unseen"),
        PublishedFigure(label: "Y", mean: 0.5, deviation: 0, judgedOn: "unseen"),
        PublishedFigure(label: "W", mean: 0.45, deviation: 0, judgedOn: "unseen"),
        PublishedFigure(label: "Z", mean: 0.99, deviation: 0, judgedOn: "seen", isComparable: false),
      ], beside: comparison, judgedOn: "unseen", measureLabel: "accuracy, %", judgedOnLabel: "graphs",
      scale: 100, digits: 1)
    #expect(verdicts == [.behind, .undecided, .ahead])
    #expect(section.summary.isEmpty && section.tables.isEmpty)
    let report = try RunReport(record(), introduction: [], sections: [section])
    #expect(
      try report.page().markdown.contains(
        """
        | method          | accuracy, % | graphs | the interval of this page beside it |
        | --------------- | ----------: | ------ | ----------------------------------- |
        | Ours, this page |        70.0 | unseen | 45.2 … 94.8                         |
        | X               |  95.0 ± 2.0 | unseen | below                               |
        | Y               |        50.0 | unseen | not told apart                      |
        | W               |        45.0 | unseen | above                               |
        | Z               |        99.0 | seen   | –                                   |
        """))
  }
}
