import Foundation
import Reporting
import Testing

struct ResultsFolderTests {
  private func results() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let record = sampleRecord()
    try record.write(toFolder: folder.path + "/masked-images")
    var page = MarkdownPage(title: record.title)
    page.addParagraph("By hand.")
    try page.addTable(record.tables[0], summary: record.summary)
    try page.write(to: folder.path + "/masked-images/README.md")
    var other = sampleRecord(experiment: "descend")
    other.headline = []
    other.title = "Energy | descent"
    try other.write(toFolder: folder.path + "/descend")
    try folder.write("not a run", to: "notes/README.md")
    return folder
  }

  @Test("The index has one line for every run, and a second rebuild changes nothing")
  func index() throws {
    let folder = try results()
    let first = try ResultsFolder(path: folder.path).rebuild()
    let expected = ["masked-images/page.html", "README.md", "index.html"]
    #expect(first == expected.map { "\(folder.path)/\($0)" })
    let index = try folder.read("README.md")
    let lines = index.split(separator: "\n").filter { $0.hasPrefix("| [") }
    #expect(lines.count == 2)
    #expect(lines[0].contains("[Energy \\| descent](descend/)"))
    #expect(
      lines[0].contains("baseline error 0.02980, images 1000, test deviation 0.0004000, test error 0.01981"))
    #expect(lines[1].contains("test error 0.01981, images 1000 "))
    #expect(lines[1].contains("| `masked-images --updates 2000` | 69859dc012+ | 18446744073709551615 |"))
    #expect(lines[1].contains("| 2026-09-21 |"))
    #expect(try ResultsFolder(path: folder.path).rebuild().isEmpty)
    #expect(try folder.read("README.md") == index)
  }

  @Test("A changed record changes the page's table and nothing else of the page")
  func pages() throws {
    let folder = try results()
    try ResultsFolder(path: folder.path).rebuild()
    let before = try folder.read("masked-images/README.md")
    try folder.write("# All runs\n\n<!-- table: runs -->\n<!-- /table -->\nThe end", to: "README.md")
    var record = sampleRecord()
    record.summary["test_error"] = 0.0188
    try record.write(toFolder: folder.path + "/masked-images")
    let changed = try ResultsFolder(path: folder.path).rebuild()
    let expected = ["masked-images/README.md", "masked-images/page.html", "README.md", "index.html"]
    #expect(changed == expected.map { "\(folder.path)/\($0)" })
    let after = try folder.read("masked-images/README.md")
    #expect(after == before.replacingOccurrences(of: "0.0198", with: "0.0188"))
    #expect(after != before)
    #expect(try folder.read("README.md").hasPrefix("# All runs\n\n<!-- table: runs -->\n\n| experiment"))
    #expect(try folder.read("README.md").hasSuffix("<!-- /table -->\nThe end"))
    #expect(try folder.read("README.md").contains("test error 0.0188"))
    #expect(try ResultsFolder(path: folder.path).rebuild().isEmpty)
  }

  @Test(
    "Drawings are made again from the numbers beside them, one folder by itself; a second time changes nothing"
  )
  func drawings() throws {
    let folder = try results()
    for name in ["descend", "masked-images"] {
      let plot = LinePlot(
        title: name, xTitle: "x", yTitle: "y", series: [.init(label: "a", x: [1, 2], y: [0.1, 1.0 / 3])])
      try FigureFile(["curve.svg": plot]).write(toFolder: "\(folder.path)/\(name)")
    }
    try folder.write("# Descent\n\n![Curve](curve.svg)\n", to: "descend/README.md")
    let drawing = try folder.read("descend/curve.svg")
    try ResultsFolder(path: folder.path).rebuild()
    #expect(try ResultsFolder(path: folder.path).rebuild().isEmpty)
    let page = try folder.read("descend/page.html")
    for name in ["descend", "masked-images"] { try folder.write("old", to: "\(name)/curve.svg") }
    let changed = try ResultsFolder(path: folder.path).rebuild(only: "descend")
    #expect(changed == ["\(folder.path)/descend/curve.svg"], "the page has the new drawing already")
    #expect(try folder.read("descend/curve.svg") == drawing)
    #expect(try folder.read("descend/page.html") == page)
    #expect(try folder.read("masked-images/curve.svg") == "old")
    #expect(try ResultsFolder(path: folder.path).rebuild(only: "descend").isEmpty)
    #expect(try ResultsFolder(path: folder.path).rebuild() == ["\(folder.path)/masked-images/curve.svg"])
    #expect(
      message { try ResultsFolder(path: folder.path).rebuild(only: "none") }
        == "\(folder.path)/none/run.json: is not there, expected the record of a run")
    try folder.write("{}}", to: "masked-images/figures.json")
    #expect(
      message { try ResultsFolder(path: folder.path).rebuild() }?
        .hasPrefix("\(folder.path)/masked-images/figures.json: ") == true)
  }

  @Test("One bad record stops everything before anything is written")
  func badRecord() throws {
    let folder = try results()
    let before = try folder.read("masked-images/README.md")
    var record = sampleRecord()
    record.summary["test_error"] = 0.0188
    try record.write(toFolder: folder.path + "/masked-images")
    try folder.write("{}", to: "zebra/run.json")
    let text = message { try ResultsFolder(path: folder.path).rebuild() }
    #expect(text?.hasPrefix("\(folder.path)/zebra/run.json: field ") == true)
    #expect(text?.hasSuffix(" is missing") == true)
    #expect(try folder.read("masked-images/README.md") == before)
    #expect(try folder.names() == ["descend", "masked-images", "notes", "zebra"])
  }

  @Test("A page that asks for an unknown table, or an index without its block, is refused by name")
  func badPages() throws {
    let folder = try results()
    try folder.write("x\n<!-- table: nothing -->\n<!-- /table -->\n", to: "descend/README.md")
    #expect(
      message { try ResultsFolder(path: folder.path).rebuild() }
        == "\(folder.path)/descend/README.md: line 2: no table named nothing; known: errors")
    try folder.write("by hand", to: "descend/README.md")
    try folder.write("by hand", to: "README.md")
    #expect(
      message { try ResultsFolder(path: folder.path).rebuild() }
        == "\(folder.path)/README.md: no <!-- table: runs --> block to put the index in")
    #expect(try folder.read("README.md") == "by hand")
  }

  @Test("A missing folder and a folder without runs are refused")
  func noRuns() throws {
    let folder = try TemporaryFolder()
    #expect(
      message { try ResultsFolder(path: folder.path + "/none").rebuild() }
        == "\(folder.path)/none: cannot be read as a folder of results")
    #expect(
      message { try ResultsFolder(path: folder.path).rebuild() }
        == "\(folder.path): no folder in it holds a run.json")
    #expect(try folder.names().isEmpty)
  }
}
