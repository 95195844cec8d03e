import Foundation
import Reporting
import Testing

@Suite("overviews") struct StepOverviewTests {
  private func viewer(energies: [[Double]]) throws -> StepViewer {
    var viewer = StepViewer("Descents", items: ["a", "b"], itemName: "image", steps: ["0", "1", "2"])
    func frame(_ value: Float) -> Picture { Picture(width: 3, height: 2, values: (0..<6).map { _ in value }) }
    try viewer.addPictures("Original", [[frame(0)], [frame(0.25)]])
    try viewer.addPictures("Masked", [[frame(1)], [frame(0.75)]])
    try viewer.addPictures("Completion", (0..<2).map { item in (0..<3).map { frame(Float(item + $0) / 4) } })
    try viewer.addLines("Energy", [("part", [[9, 9, 9], [9, 9, 9]]), ("total", energies)])
    return viewer
  }

  private func drawing(_ viewer: StepViewer) throws -> (folder: TemporaryFolder, text: String) {
    let folder = try TemporaryFolder()
    var record = sampleRecord()
    (record.summary, record.tables, record.headline) = ([:], [], [])
    try RunReport(record, introduction: ["One."], sections: [], viewers: [viewer])
      .write(toFolder: folder.path + "/run")
    return (folder, try folder.read("run/overview.svg"))
  }

  @Test(
    "an overview has a picture for each item, step, what is given and the truth, and below each step the total"
  )
  func drawn() throws {
    let (_, text) = try drawing(viewer(energies: [[5, 3, 1], [4, 2, 0]]))
    #expect(text.components(separatedBy: "<image ").count - 1 == 2 * (1 + 3 + 1))
    let lines = text.split(separator: "\n").filter { $0.hasPrefix("<polyline") }
    #expect(lines.count == 2)
    func points(_ line: Substring) throws -> [(x: Double, y: Double)] {
      let values = try #require(line.firstMatch(of: /points="([^"]*)"/)).1.split(separator: " ")
      return values.map { point in
        let ends = point.split(separator: ",").compactMap { Double($0) }
        return (ends[0], ends[1])
      }
    }
    let first = try points(lines[0])
    // Equal falls of the energy are equal ways down, and steps stand below the middles of their pictures.
    #expect(first.count == 3 && abs(first[1].y - first[0].y - (first[2].y - first[1].y)) < 0.02)
    #expect(first[0].y < first[1].y)
    let pictures = text.matches(of: /<image x="([0-9.]+)" y="([0-9.]+)" width="([0-9.]+)"/).prefix(5)
    let middles = pictures.compactMap { match -> Double? in
      guard let x = Double(match.1), let width = Double(match.3) else { return nil }
      return x + width / 2
    }
    #expect(middles.count == 5)
    for (middle, point) in zip(middles[1...3], first) { #expect(abs(middle - point.x) < 0.02) }
  }

  @Test("of methods an overview shows the first, with its own pictures and curve for each item")
  func groups() throws {
    func frame(_ value: Float) -> Picture { Picture(width: 1, height: 1, values: [value / 8]) }
    func drawing(methods: [Int]) throws -> String {
      var viewer = StepViewer("Descents", items: ["a", "b"], itemName: "image", steps: ["0", "1"])
      try viewer.addPictures("Original", [[frame(8)], [frame(7)]])
      let names = methods.map { "\($0)" }
      try viewer.addPictures(
        "Completion", groups: names, groupName: "method",
        (0..<2).map { item in
          methods.map { method in (0..<2).map { frame(Float(4 * method + 2 * item + $0)) } }
        })
      try viewer.addLines(
        "Energy", groups: names, groupName: "method",
        [("total", (0..<2).map { item in methods.map { [Double(9 * $0 + item + 3), Double(item)] } })])
      return try self.drawing(viewer).text
    }
    #expect(try drawing(methods: [0, 1]) == drawing(methods: [0]))
  }

  @Test("a rebuild draws it anew from the page alone, byte for byte")
  func rebuilt() throws {
    let (folder, text) = try drawing(viewer(energies: [[5, 3, 1], [4, 2, 0]]))
    try FileManager.default.removeItem(atPath: folder.path + "/run/overview.svg")
    let changed = try ResultsFolder(path: folder.path).rebuild()
    #expect(changed.contains("\(folder.path)/run/overview.svg"))
    #expect(try folder.read("run/overview.svg") == text)
    #expect(try ResultsFolder(path: folder.path).rebuild().isEmpty)
  }
}
