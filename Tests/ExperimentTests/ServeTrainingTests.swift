import Foundation
import Reporting
import Testing

/// The trainings that `energy-transformer serve` shows.
@Suite(.serialized) struct ServeTrainingTests {
  private struct List: Decodable {
    struct Training: Decodable {
      let id: String, name: String, state: String
      let columns: [String]
      let lastStep: Int?
      let total: Int?
      let hasLive: Bool
    }
    let trainings: [Training]
  }

  private let folder: TemporaryPlace

  init() throws {
    folder = try TemporaryPlace()
    try write("step,loss\n0,2\n1,1.5\n", "Runs/one/metrics.csv")
    try write("step,loss,accuracy\n5,,0.25\n", "elsewhere/two/metrics-first_half.csv")
    try write("step,loss\n0,1\n", "unlisted/metrics.csv")
  }

  private func write(_ text: String, _ name: String) throws {
    let url = URL(fileURLWithPath: folder.path(name))
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  private func list(_ server: RunningServer) throws -> [List.Training] {
    let answer = try server.ask("/api/trainings")
    #expect(answer.status == 200 && answer.headers["cache-control"] == "no-store")
    return try JSONDecoder().decode(List.self, from: answer.body).trainings
  }

  @Test("trainings in Runs, Results and folders of an option are listed, with their rows after the last ones")
  func trainings() throws {
    let server = try RunningServer(["--runs", folder.path("elsewhere")], in: folder)
    let found = try list(server)
    #expect(found.map(\.name) == ["\(folder.path("elsewhere"))/two, first half", "Runs/one"])
    #expect(found.map(\.lastStep) == [5, 1] && found.map(\.hasLive) == [false, false])
    #expect(found.map(\.columns) == [["step", "loss", "accuracy"], ["step", "loss"]])
    #expect(found[1].state == "running")
    func rows(_ query: String) throws -> MetricsRows {
      try JSONDecoder().decode(MetricsRows.self, from: server.ask("/api/trainings/rows?\(query)").body)
    }
    let one = "training=\(found[1].id)"
    let first = try rows(one)
    #expect(first.values == [[0, 1], [2, 1.5]] && first.isFromStart)
    // Grown, as a training makes it grow: the same file.
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.path("Runs/one/metrics.csv")))
    try file.seekToEnd()
    try file.write(contentsOf: Data("2,1\n".utf8))
    #expect(try rows("\(one)&after=\(first.cursor)").values == [[2], [1]])
    #expect(try rows("training=\(found[0].id)").values == [[5], [nil], [0.25]])
    #expect(server.end() == 0)
  }

  @Test("what a training shows of itself is answered as it stands, and nothing where it shows nothing")
  func live() throws {
    let server = try RunningServer(in: folder)
    let id = try list(server)[0].id
    func body() throws -> String {
      String(decoding: try server.ask("/api/trainings/live?training=\(id)").body, as: UTF8.self)
    }
    #expect(try body() == "null")
    var record = LiveRecord(metrics: "metrics.csv", errorName: "error of 2 images")
    var viewer = StepViewer("Now", items: ["1", "2"], itemName: "image", steps: ["0", "1"])
    try viewer.addLines("Energy", [("total", [[2, 1], [4, 3]])])
    record.look(step: 1, total: 40, loss: 1.5, error: 0.25, viewer: viewer)
    try record.write(toFolder: folder.path("Runs/one"))
    #expect(try JSONDecoder().decode(LiveRecord.self, from: Data(body().utf8)) == record)
    let listed = try list(server)[0]
    #expect(listed.hasLive && listed.total == 40)
    try write("{", "Runs/one/live.json")
    #expect(try server.ask("/api/trainings/live?training=\(id)").status == 422)
    #expect(try list(server)[0].hasLive == false)
  }

  @Test(
    "no file but the listed ones is read, whatever is asked for",
    arguments: [
      "", "training=", "training=Runs/one", "training=..%2Funlisted", "training=%2Fetc%2Fpasswd",
      "training=0000000000000000",
    ])
  func unlisted(query: String) throws {
    let server = try RunningServer(in: folder)
    for path in ["rows", "live"] {
      let answer = try server.ask("/api/trainings/\(path)?\(query)")
      #expect(answer.status == 404)
      #expect(try answer.sentence.hasPrefix("There is no training of this name"))
    }
  }

  @Test("a bad cursor and a damaged file end in one sentence without a path")
  func faults() throws {
    let server = try RunningServer(in: folder)
    let id = try list(server)[0].id
    let cursor = try server.ask("/api/trainings/rows?training=\(id)&after=..")
    #expect(cursor.status == 422)
    #expect(try cursor.sentence.hasPrefix("metrics.csv: rows after \"..\""))
    try write("step,loss\n0,nan\n", "Runs/one/metrics.csv")
    let damaged = try server.ask("/api/trainings/rows?training=\(id)")
    #expect(damaged.status == 422)
    #expect(try damaged.sentence == "metrics.csv, row 1: loss: expected a number, found \"nan\"")
  }
}
