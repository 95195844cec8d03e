import Foundation
import ImageFiles
import Reporting
import Testing

@Suite("what a training shows while it runs") struct LiveRecordTests {
  private func viewer(_ value: Float) throws -> StepViewer {
    var viewer = StepViewer("Descents", items: ["3", "7"], itemName: "image", steps: ["0", "1", "2"])
    func frame(_ step: Int) -> Picture {
      Picture(width: 2, height: 1, values: [value, Float(step) / 2])
    }
    try viewer.addPictures("Original", [[frame(0)], [frame(1)]])
    try viewer.addPictures("Completion", [(0..<3).map(frame), (0..<3).map(frame)])
    try viewer.addLines("Energy", [("total", [[3, 2, 1], [6, 5, 4]])])
    return viewer
  }

  @Test("a record reads back with its errors so far and its viewer, and goes when the training ends")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    var record = LiveRecord(metrics: "metrics.csv", errorName: "error of 2 images")
    record.look(step: 4, total: 100, loss: 0.5, error: 0.25, viewer: try viewer(0))
    record.look(step: 9, total: 100, loss: 0.25, error: 0.125, viewer: try viewer(1))
    try record.write(toFolder: folder.path)
    #expect(try folder.names() == ["live.json"])
    let back = try #require(try LiveRecord.read(fromFolder: folder.path))
    #expect(back == record)
    #expect((back.step, back.total, back.loss) == (9, 100, 0.25))
    #expect(back.errors.map(\.step) == [4, 9] && back.errors.map(\.error) == [0.25, 0.125])
    #expect(try back.viewer == viewer(1))
    try folder.write("step,loss\n9,0.25\n", to: "metrics.csv")
    try folder.write("step,loss\n9,0.25\n", to: "metrics-other.csv")
    let runs = TrainingRun.found(in: [folder.path])
    #expect(try runs.map { try $0.live() } == [record, nil])
    LiveRecord.remove(fromFolder: folder.path)
    #expect(try runs.map { try $0.live() } == [nil, nil])
  }

  @Test("pictures that change come as one sheet a panel, a row an image and a column a step")
  func sheets() throws {
    let sheets = try viewer(1).pictureSheets
    #expect(sheets.map(\.title) == ["Completion"])
    let image = try PixelImage.decode(Array(sheets[0].png), name: "sheet")
    #expect((image.width, image.height, image.channels) == (6, 2, 1))
    #expect(image.bytes == [255, 0, 255, 128, 255, 255, 255, 0, 255, 128, 255, 255])
  }

  @Test("a resumed training goes on with the errors before it, of the same images and metrics alone")
  func continuing() throws {
    let folder = try TemporaryFolder()
    var record = LiveRecord(metrics: "metrics.csv", errorName: "error")
    for step in [3, 6, 9] { record.look(step: step, total: 20, loss: 1, error: 1, viewer: try viewer(0)) }
    try record.write(toFolder: folder.path)
    func steps(_ metrics: String, _ name: String, _ step: Int) -> [Int] {
      LiveRecord(metrics: metrics, errorName: name, continuing: folder.path, atStep: step).errors.map(\.step)
    }
    #expect(steps("metrics.csv", "error", 9) == [3, 6])
    #expect(steps("metrics-other.csv", "error", 9) == [])
    #expect(steps("metrics.csv", "other", 9) == [])
    try folder.write("{\"step\":", to: "live.json")
    #expect(steps("metrics.csv", "error", 9) == [])
  }

  @Test("of many errors every second is dropped again and again, the first one and the course kept")
  func manyErrors() throws {
    var record = LiveRecord(metrics: "metrics.csv", errorName: "error")
    let viewer = try viewer(0)
    for step in 0..<5_000 {
      record.look(step: step, total: 5_000, loss: 1, error: Double(step), viewer: viewer)
    }
    let steps = record.errors.map(\.step)
    #expect(steps.count <= 1_000 && steps.count > 400 && steps.first == 0 && steps.last! > 4_900)
    #expect(steps == steps.sorted() && Set(steps).count == steps.count)
  }

  @Test("who reads while it is written sees one whole record or another")
  func atomic() async throws {
    let folder = try TemporaryFolder()
    let records = try (0..<2).map { index in
      var record = LiveRecord(metrics: "metrics.csv", errorName: "error")
      record.look(step: index, total: 2, loss: 1, error: 1, viewer: try viewer(Float(index)))
      return record
    }
    try records[0].write(toFolder: folder.path)
    let writing = Task.detached { [path = folder.path] in
      for round in 0..<60 { try records[round % 2].write(toFolder: path) }
    }
    for _ in 0..<500 {
      let found = try #require(try LiveRecord.read(fromFolder: folder.path))
      #expect(found == records[found.step])
    }
    try await writing.value
    #expect(try folder.names() == ["live.json"])
  }
}
