import Reporting
import Testing

struct MarkdownTests {
  @Test("Columns line up, numbers to the right, the best bold")
  func table() {
    var table = MarkdownTable(columns: ["model", "error", "parameters"])
    table.addRow([.text("a | b"), .number(0.01981, digits: 4), .number(30097, digits: 0)])
    table.addRow([.text("é\nf"), .spread(mean: 0.0298, deviation: 0.0012, digits: 4), .missing])
    table.addRow([.code("x|y"), .number(0.01984, digits: 4), .number(7, digits: 0)])
    table.markBest(.lowest, inColumn: 1)
    table.markBest(.highest, inColumn: 2)
    // 0.01981 and 0.01984 print alike, so both are the best: digits not shown decide nothing.
    #expect(
      table.markdown == """
        | model  |           error | parameters |
        | ------ | --------------: | ---------: |
        | a \\| b |      **0.0198** | **30,097** |
        | é f    | 0.0298 ± 0.0012 |          – |
        | `x\\|y` |      **0.0198** |          7 |

        """)
  }

  @Test("A table of rows is the one that the rows are added to")
  func rows() {
    var table = MarkdownTable(columns: ["a", "b"])
    table.addRow([.text("x"), .number(2, digits: 1)])
    table.addRow([.code("y"), .missing])
    #expect(
      MarkdownTable(
        columns: ["a", "b"], rows: [[.text("x"), .number(2, digits: 1)], [.code("y"), .missing]])
        == table)
  }

  @Test("Bars, backticks and line breaks are made safe beside combining marks too")
  func scalars() {
    var table = MarkdownTable(columns: ["a"])
    table.addRow([.text("x|\u{301}y\r\nz")])
    table.addRow([.code("`\u{301}``|\u{34B}")])
    let lines = table.markdown.utf8.split(separator: UInt8(ascii: "\n")).map {
      String(decoding: $0, as: UTF8.self)
    }
    #expect(Array(lines[2].utf8).starts(with: Array("| x\\|\u{301}y z".utf8)))
    #expect(Array(lines[3].utf8).starts(with: Array("| ``` `\u{301}``\\|\u{34B} ```".utf8)))
    var page = MarkdownPage(title: "Marks")
    page.addCode("```\u{301}\nx\r\n")
    page.addImage("a (\u{301}b).svg", caption: "one [\u{301}two]\r\nthree")
    let bytes = Array(page.markdown.utf8)
    #expect(
      bytes.starts(with: Array("# Marks\n\n````\n```\u{301}\nx\n````\n\n![one \u{301}twothree](<a".utf8)))
  }

  @Test("A spread of one value shows no deviation")
  func singleSpread() throws {
    #expect(try MarkdownTable.Cell.spread(Spread(of: [2]), digits: 1) == .number(2, digits: 1))
    #expect(
      try MarkdownTable.Cell.spread(Spread(of: [1, 3]), digits: 1)
        == .spread(mean: 2, deviation: 2.0.squareRoot(), digits: 1))
  }

  @Test("A page is its parts with empty lines between them")
  func page() {
    var page = MarkdownPage(title: "Masked digits")
    page.addParagraph("Words.")
    page.addHeading("Numbers")
    var table = MarkdownTable(columns: ["a"])
    table.addRow([.text("b")])
    page.addTable(table, name: "one")
    page.addImage("figures/error curve.svg", caption: "Error [test]")
    page.addCode("```\ninner\n", language: "sh")
    #expect(
      page.markdown == """
        # Masked digits

        Words.

        ## Numbers

        <!-- table: one -->

        | a   |
        | --- |
        | b   |

        <!-- /table -->

        ![Error test](<figures/error curve.svg>)

        *Error [test]*

        ````sh
        ```
        inner
        ````

        """)
  }

  @Test("A recipe fills its cells from the summary")
  func recipe() throws {
    let record = sampleRecord()
    let table = try TableRecipe.render(record.tables[0], summary: record.summary)
    #expect(
      table.markdown
        == """
        | model                |          test error | images |
        | -------------------- | ------------------: | -----: |
        | energy transformer   | **0.0198 ± 0.0004** |   1000 |
        | linear \\| inpainting |              0.0298 |      – |

        """)
  }

  @Test("A recipe that does not fit is refused cell by cell")
  func badRecipe() {
    let recipe = TableRecipe(
      name: "a b", columns: ["x", "y"],
      rows: [.init(label: "r", summaryKeys: ["gone"]), .init(label: "s", summaryKeys: [])], digits: 13,
      columnDigits: [1, 2])
    #expect(
      message { _ = try TableRecipe.render(recipe, summary: ["here": 1]) }
        == "field tables.a b: expected a name of letters, digits, _ and -; "
        + "field tables.a b: expected digits between 0 and 12; "
        + "field tables.a b: expected 1 column_digits, found 2; "
        + "field tables.a b, row r: the summary has no gone; "
        + "field tables.a b, row s: expected 1 cells, found 0")
  }

  @Test("Only what stands between markers is replaced, and only outside code")
  func blocks() throws {
    var table = MarkdownTable(columns: ["a"])
    table.addRow([.text("new")])
    let page = """
      Before  \n<!-- table: t -->
      old
      <!-- /table -->
      ```
      <!-- table: unknown -->
      ```
      After
      """
    let expected = """
      Before  \n<!-- table: t -->

      | a   |
      | --- |
      | new |

      <!-- /table -->
      ```
      <!-- table: unknown -->
      ```
      After
      """
    let once = try TableBlock.replacing(in: page, tables: ["t": table])
    #expect(once == expected)
    #expect(try TableBlock.replacing(in: once, tables: ["t": table]) == once)
  }

  @Test(
    "A block that does not fit is refused by line",
    arguments: [
      ("a\n<!-- table: u -->\n<!-- /table -->", "line 2: no table named u; known: t"),
      ("<!-- table: t -->\nend", "line 1: table t has no <!-- /table -->"),
      ("<!-- table: t -->\n<!-- table: t -->\n<!-- /table -->", "line 1: table t has no <!-- /table -->"),
      ("<!-- table: t -->\r\n<!-- /table -->", "has Windows line ends; expected plain line feeds"),
      ("x\n\n<!-- /table -->", "line 3: <!-- /table --> closes nothing"),
    ])
  func badBlocks(page: String, expected: String) {
    let table = MarkdownTable(columns: ["a"])
    #expect(message { _ = try TableBlock.replacing(in: page, tables: ["t": table]) } == expected)
  }
}
