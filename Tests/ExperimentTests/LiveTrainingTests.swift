import EnergyTransformer
import Foundation
import ImageFiles
import Reporting
import Testing

/// Trainings that are watched while they run.
@Suite(.serialized) struct LiveTrainingTests {
  private let runs: MaskedImagesRuns
  private var folder: TemporaryPlace { runs.folder }

  init() throws { runs = try MaskedImagesRuns() }

  private func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder.path(name)) }

  @Test("a training that is watched ends with the same weights and losses, an event file and nothing live")
  func sameBits() throws {
    let plain = try runs.run(runs.options("plain"))
    #expect(plain.status == 0, "\(plain.errors)")
    let watched = try runs.run(
      runs.options("watched") + ["--live", "--live-seconds", "0", "--tensorboard"])
    #expect(watched.status == 0, "\(watched.errors)")
    #expect(watched.output.contains("serve --runs \(folder.path("watched"))"))
    #expect(!watched.errors.contains("look at it failed"), "\(watched.errors)")
    #expect(try runs.bytes("watched/model.safetensors") == runs.bytes("plain/model.safetensors"))
    let losses = try ["plain", "watched"].map {
      try CSVTable.read(from: folder.path("\($0)/metrics.csv")).numbers(inColumn: "loss")
    }
    #expect(losses[0] == losses[1] && losses[0].count == 72)
    #expect(!exists("watched/live.json"))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("watched"))
      .filter { $0.hasPrefix("events.out.tfevents.") }
    #expect(names.count == 1)
    // The version; of each update its numbers, and of all but the last an error and a picture.
    #expect(try recordCount("watched/\(names.first ?? "")") == 1 + 72 + 2 * 71)
    #expect(!exists("plain/live.json"))
    let plainNames = try FileManager.default.contentsOfDirectory(atPath: folder.path("plain"))
    #expect(!plainNames.contains { $0.hasPrefix("events") })
  }

  /// How many TFRecords a file has.
  private func recordCount(_ name: String) throws -> Int {
    let bytes = [UInt8](try runs.bytes(name))
    var (position, count) = (0, 0)
    while position < bytes.count {
      let length = (0..<8).reduce(0) { $0 | Int(bytes[position + $1]) << (8 * $1) }
      position += 8 + 4 + length + 4
      count += 1
    }
    #expect(position == bytes.count)
    return count
  }

  /// What a browser reads.
  private struct Live: Decodable {
    struct Panel: Decodable {
      struct Series: Decodable {
        let label: String
        let values: [[Double]]
      }
      let title: String
      let width: Int, height: Int, frames: Int
      let image: String
      let series: [Series]
    }
    struct Viewer: Decodable {
      let items: [String], steps: [String]
      let note: String
      let panels: [Panel]
    }
    struct ErrorAtStep: Decodable {
      let step: Int
      let error: Double
    }
    let step: Int, total: Int
    let loss: Double
    let errorName: String
    let errors: [ErrorAtStep]
    let viewer: Viewer

    /// The mean squared error of hidden pixels, from the pictures alone: hidden pixels are grey in what the model sees.
    func pictureError() throws -> Double {
      func sheet(_ title: String) throws -> (Panel, PixelImage) {
        let panel = try #require(viewer.panels.first { $0.title == title })
        let png = try #require(Data(base64Encoded: panel.image))
        return (panel, try PixelImage.decode([UInt8](png), name: title))
      }
      let (original, masked, completion) =
        (try sheet("Original").1, try sheet("What the model sees").1, try sheet("Completion"))
      let (panel, last) = (completion.0, completion.0.frames - 1)
      let errors = viewer.items.indices.map { item in
        var squares: [Double] = []
        for y in item * panel.height..<(item + 1) * panel.height {
          for x in 0..<panel.width where masked.bytes[y * panel.width + x] == 128 {
            let found = completion.1.bytes[y * completion.1.width + last * panel.width + x]
            squares.append(pow((Double(found) - Double(original.bytes[y * panel.width + x])) / 255, 2))
          }
        }
        return squares.reduce(0, +) / Double(squares.count)
      }
      return errors.reduce(0, +) / Double(errors.count)
    }
  }

  @Test(
    "a training that runs shows its error, energies and completions; a killed one has stopped, a resumed one goes on"
  )
  func whileItRuns() throws {
    let options =
      try runs.options("live", epochs: 60) + ["--test-images", "6", "--live", "--live-seconds", "0.02"]
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try Program("masked-images").path)
    process.arguments = options
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    let deadline = Date().addingTimeInterval(60)
    var seen: [Live] = []
    while seen.count < 200, seen.last?.step ?? 0 < 100, process.isRunning, Date() < deadline {
      // Never half a file.
      if let data = try? runs.bytes("live/live.json") {
        seen.append(try JSONDecoder().decode(Live.self, from: data))
      }
      usleep(5_000)
    }
    let run = try #require(TrainingRun.found(in: [folder.path("")]).first { $0.folder.hasSuffix("/live") })
    try age("live/metrics.csv")
    #expect(run.state == .running)
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal, "the run ended before it was killed")
    try age("live/metrics.csv")
    #expect(run.state == .stopped && run.lastStep ?? 0 > 0)

    let last = try #require(seen.last)
    #expect(last.total == 720 && last.loss.isFinite && last.step > 0)
    #expect(
      last.errors.map(\.step) == last.errors.map(\.step).sorted() && last.errors.last?.step == last.step)
    #expect(last.viewer.items.count == 6 && last.viewer.steps == (0...6).map(String.init))
    #expect(last.errorName.hasSuffix("6 test images, shown only: nothing is chosen by them"))
    let error = try #require(last.errors.last?.error)
    let found = try last.pictureError()
    #expect(abs(found - error) < 0.002, "\(found), \(error)")
    let curves = try #require(
      last.viewer.panels.first { $0.title == "Mean squared error of hidden pixels" })
    let ends = try curves.series[0].values.map { try #require($0.last) }
    #expect(abs(ends.reduce(0, +) / 6 - error) < 1e-5 * error, "\(ends), \(error)")
    let energy = try #require(last.viewer.panels.first { $0.title == "Energy" })
    #expect(energy.series.map(\.label).contains("total") && energy.series.count > 2)
    #expect(energy.series.allSatisfy { $0.values.count == 6 && $0.values.allSatisfy { $0.count == 7 } })

    let resumed = try runs.run(options + ["--resume"])
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(!exists("live/live.json") && run.state == .finished && run.lastStep == 719)
  }

  /// Makes a file a minute old.
  private func age(_ name: String) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -60)], ofItemAtPath: folder.path(name))
  }

  @Test("a hierarchical memory that is watched ends with the same weights")
  func hierarchicalMemory() throws {
    for (name, watching) in [("plain", []), ("watched", ["--live", "--live-seconds", "0", "--tensorboard"])] {
      let found = try Program("hierarchical-memory").run(
        [
          "--output", folder.path(name), "--quick", "--features", "3", "--hidden", "8", "--steps", "4",
          "--block", folder.path("none.json"),
        ] + watching)
      #expect(found.status == 0 && !found.errors.contains("look at it failed"), "\(found.errors)")
      #expect(!exists("\(name)/live.json"))
    }
    let weights = try ["plain", "watched"].map { try runs.bytes("\($0)/model.safetensors") }
    #expect(weights[0] == weights[1])
  }

  @Test("options of watching out of range end with a usage error")
  func ranges() throws {
    for bad in ["-1", "nan", "1e9"] {
      let found = try runs.run(runs.options("out") + ["--live", "--live-seconds=\(bad)"])
      #expect(found.status == 64 && found.errors.contains("--live-seconds must lie in 0 ... 86400"))
    }
  }
}
