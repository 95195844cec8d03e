import Foundation
import ImageFiles
import Reporting
import Testing

@Suite("web pages") struct WebPageTests {
  private func viewer() throws -> StepViewer {
    var viewer = StepViewer(
      "A <b>descent</b>", items: ["first", "second"], itemName: "image", steps: ["0", "1", "2"])
    func frame(_ value: Float) -> Picture {
      Picture(width: 3, height: 2, values: (0..<6).map { value + Float($0) / 8 })
    }
    try viewer.addPictures("Original", [[frame(0)], [frame(0.25)]])
    try viewer.addMaps(
      "Attention", groups: ["1", "2"], groupName: "head",
      (0..<2).map { item in
        (0..<2).map { head in (0..<3).map { frame(Float(100 * item + 10 * head + $0)) } }
      })
    try viewer.addLines("Energy", [("total", [[3, 2, 1], [6, 5, 1.0 / 3]])])
    return viewer
  }

  @Test("a page is one file: figures and viewers lie in it, raw HTML and other schemes are left out")
  func page() throws {
    let folder = try TemporaryFolder()
    try folder.write("<svg xmlns=\"http://www.w3.org/2000/svg\"/>", to: "run/energy.svg")
    let text = """
      # Title & more

      Words with **weight**, `code <i>` and <script>alert(1)</script>[a trap](javascript:alert(1)).

      <!-- table: errors -->

      | Method | error |
      | --- | ---: |
      | ours <3 | **1.5** |

      <!-- /table -->

      ## Section

      ![Energy](energy.svg)
      """
    let page = WebPage(
      markdown: text, folder: folder.path + "/run", record: sampleRecord(), viewers: [try viewer()])
    let html = try page.html()
    #expect(html.contains("<h1>Title &amp; more</h1>"))
    #expect(html.contains("<strong>weight</strong>, <code>code &lt;i&gt;</code>"))
    #expect(
      !html.contains("alert(1)</script>") && !html.contains("javascript:") && !html.contains("<!-- table"))
    #expect(html.contains("<td align=\"right\"><strong>1.5</strong></td>"))
    let data = Data("<svg xmlns=\"http://www.w3.org/2000/svg\"/>".utf8).base64EncodedString()
    #expect(html.contains("<img src=\"data:image/svg+xml;base64,\(data)\" alt=\"Energy\" />"))
    // What can be stepped through stands before the first section.
    let (viewers, section) = (html.range(of: "<div id=\"viewers\">"), html.range(of: "<h2>Section</h2>"))
    #expect(try #require(viewers).lowerBound < #require(section).lowerBound)
    #expect(html.contains("18446744073709551615") && html.contains("69859dc012"))
    #expect(!html.contains("src=\"http") && !html.contains("<link rel=\"stylesheet\""))
  }

  @Test("a page is written anew from what lies in its folder and from itself")
  func rebuilt() throws {
    let folder = try TemporaryFolder()
    var section = PageSection("Errors")
    section.addTable(
      "errors", columns: ["Method", "error"], digits: 3, rows: [("a", [.number("error_a", 0.25)])])
    var record = sampleRecord()
    (record.summary, record.tables, record.headline) = ([:], [], [])
    let viewer = try viewer()
    try RunReport(record, introduction: ["One."], sections: [section], viewers: [viewer])
      .write(toFolder: folder.path + "/masked-images")
    let path = folder.path + "/masked-images/page.html"
    let before = try folder.read("masked-images/page.html")
    #expect(try WebPage.viewers(inPageAt: path) == [viewer])
    #expect(try folder.read("masked-images/README.md").contains("(page.html)"))
    try ResultsFolder(path: folder.path).rebuild()
    #expect(try folder.read("masked-images/page.html") == before)
    let index = try folder.read("index.html")
    #expect(index.contains("<a href=\"masked-images/page.html\">"))
    // The other page of a run links to this one where it names its Markdown page.
    let other = WebPage(
      markdown: "[a](../masked-images/README.md) [b](../nothing/README.md)",
      folder: folder.path + "/masked-images")
    let html = try other.html()
    #expect(html.contains("\"../masked-images/page.html\"") && html.contains("\"../nothing/README.md\""))
  }

  @Test(
    "pictures of several groups lie in rows, a row for each item and group; curves are found by their names")
  func groups() throws {
    var viewer = StepViewer("Methods", items: ["a", "b"], itemName: "image", steps: ["0", "1"])
    // Each frame has a level of its own.
    func frame(_ level: Int) -> Picture { Picture(width: 1, height: 1, values: [Float(level) / 255]) }
    let pictures: [[[Picture]]] = [0, 100].map { item in
      [0, 10, 20].map { group in [frame(item + group), frame(item + group + 1)] }
    }
    try viewer.addPictures("Completion", groups: ["x", "y", "z"], groupName: "method", pictures)
    try viewer.addLines("Error", [("x", [[1, 2], [3, 1.0 / 3]])])
    let text = String(decoding: try JSONEncoder().encode(viewer), as: UTF8.self)
    let levels: [UInt8] = [0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121]
    let sheet = try PixelImage(width: 2, height: 6, channels: 1, bytes: levels).pngData()
    #expect(text.replacingOccurrences(of: "\\/", with: "/").contains(Data(sheet).base64EncodedString()))
    #expect(text.contains("\"groupName\":\"method\""))
    #expect(viewer.lines("Error") == ["x": [[1, 2], [3, 0.333333]]])
    #expect(viewer.lines("Completion") == nil)
  }

  @Test("curves of several groups lie in rows too, and are refused where a group lacks one")
  func groupedLines() throws {
    var viewer = StepViewer("Methods", items: ["a", "b"], itemName: "image", steps: ["0", "1"])
    try viewer.addLines(
      "Energy", groups: ["x", "y"], groupName: "method",
      [("total", [[[1, 2], [3, 4]], [[5, 6], [7, 1.0 / 3]]])])
    #expect(viewer.lines("Energy") == ["total": [[1, 2], [3, 4], [5, 6], [7, 0.333333]]])
    let text = String(decoding: try JSONEncoder().encode(viewer), as: UTF8.self)
    #expect(text.contains("\"groups\":[\"x\",\"y\"]") && text.contains("\"groupName\":\"method\""))
    #expect(
      message {
        try viewer.addLines(
          "Energy", groups: ["x"], groupName: "method", [("total", [[[1, 2]], [[3, .infinity]]])])
      } == "viewer, Energy: total has a value that is not finite")
  }

  @Test(
    "maps by the logarithm keep a range of their own, equal ratios being equal steps, and the names of rows and columns"
  )
  func logarithmicMaps() throws {
    var viewer = StepViewer("Heads", items: ["a"], itemName: "head", steps: ["0"])
    let maps: [[[Picture]]] = [
      [[Picture(width: 2, height: 2, values: [Float(1), 0.1, 0.01, 0.001])]]
    ]
    try viewer.addMaps("Plain", maps)
    let plain = String(decoding: try JSONEncoder().encode(viewer), as: UTF8.self)
    // Pages written before there were names and scales have neither.
    #expect(!plain.contains("names") && !plain.contains("scale"))
    let names = MapNames(row: "query", column: "key", rows: [["the", "end"]], columns: [["x", "y"]])
    try viewer.addMaps("Weights", range: 0.01...1, scale: .logarithmic, names: names, maps)
    let data = try JSONEncoder().encode(viewer)
    #expect(try JSONDecoder().decode(StepViewer.self, from: data) == viewer)
    struct Read: Decodable {
      struct Panel: Decodable {
        struct Names: Decodable, Equatable {
          let row: String, column: String, rows: [[String]], columns: [[String]]
        }
        let image: String, low: Double, high: Double, scale: String?, names: Names?
      }
      let panels: [Panel]
    }
    let panel = try JSONDecoder().decode(Read.self, from: data).panels[1]
    #expect(panel.low == 0.01 && panel.high == 1 && panel.scale == "logarithmic")
    #expect(
      panel.names == .init(row: "query", column: "key", rows: [["the", "end"]], columns: [["x", "y"]]))
    #expect(names.fit(width: 2, height: 2, groupCount: 1, itemCount: 3))
    let ofItems = MapNames(row: "query", column: "key", rows: [["a"], ["b"]], columns: [["x", "y"]])
    #expect(ofItems.fit(width: 2, height: 1, groupCount: 1, itemCount: 2))
    #expect(!ofItems.fit(width: 2, height: 1, groupCount: 1, itemCount: 3))
    let bytes = try #require(Data(base64Encoded: panel.image))
    let levels = try PixelImage.decode([UInt8](bytes), name: "sheet").bytes.map { Int($0) }
    // A tenth lies half-way; 0.001 lies below the range.
    #expect([levels[0], levels[2], levels[3]] == [255, 0, 0] && (127...128).contains(levels[1]))
  }

  @Test("maps keep their range and curves six digits; what a script would end at is escaped")
  func numbers() throws {
    let folder = try TemporaryFolder()
    let page = WebPage(markdown: "# A", folder: folder.path, viewers: [try viewer()])
    try page.write(to: folder.path + "/page.html")
    let html = try folder.read("page.html")
    #expect(html.contains("\"low\":0") && html.contains("\"high\":112.625"))
    #expect(html.contains("[[3,2,1],[6,5,0.333333]]"))
    #expect(html.contains("A \\u003cb>descent\\u003c/b>"))
  }

  @Test("all frames lie in one picture, a row for each item and group")
  func sheet() throws {
    let text = String(decoding: try JSONEncoder().encode(viewer()), as: UTF8.self)
    struct Read: Decodable {
      struct Panel: Decodable {
        let title: String, image: String, low: Double, high: Double
      }
      let panels: [Panel]
    }
    let panel = try JSONDecoder().decode(Read.self, from: Data(text.utf8)).panels[1]
    let bytes = try #require(Data(base64Encoded: panel.image))
    let image = try PixelImage.decode([UInt8](bytes), name: "sheet")
    #expect((image.width, image.height) == (9, 8))
    for (item, head, step, pixel) in [(0, 0, 0, 0), (1, 0, 2, 5), (0, 1, 1, 4), (1, 1, 2, 5)] {
      let y = (item * 2 + head) * 2 + pixel / 3
      let level = Double(image.bytes[(y * 9 + step * 3 + pixel % 3) * image.channels])
      let value = Double(100 * item + 10 * head + step) + Double(pixel) / 8
      #expect(abs(panel.low + level / 255 * (panel.high - panel.low) - value) <= 112.625 / 510 + 1e-3)
    }
  }

  @Test("a figure that is missing, values that are not numbers and a foreign page are refused in a line")
  func refused() throws {
    let folder = try TemporaryFolder()
    let page = WebPage(markdown: "![a](none.svg)", folder: folder.path)
    #expect(
      message { _ = try page.html() }
        == "\(folder.path)/none.svg: cannot be read, expected a figure of the page")
    var viewer = try viewer()
    #expect(
      message { try viewer.addLines("Error", [("mine", [[1, 2, .nan], [1, 2, 3]])]) }
        == "viewer, Error: mine has a value that is not finite")
    let bad = Picture(width: 1, height: 1, values: [Float.infinity])
    #expect(
      message { try viewer.addPictures("Completion", [[bad], [bad]]) }
        == "viewer, Completion: a frame has a value that is not finite")
    try folder.write("<html></html>", to: "page.html")
    #expect(
      message { _ = try WebPage.viewers(inPageAt: folder.path + "/page.html") }
        == "\(folder.path)/page.html: has no data of viewers, expected a page that a run wrote")
  }
}
