import Foundation
import Testing

/// The program `own-energy`, run as a user runs it. That an article shows it is tried in `ArticleTests`.
struct OwnEnergyTests {
  @Test("an energy of one's own is checked, descended, trained and drawn by one file of fewer than 60 lines")
  func program() throws {
    let folder = try TemporaryPlace()
    let finished = try Program("own-energy").run([folder.path("energy.svg")])
    #expect(finished.status == 0, "\(finished.errors)")
    #expect(finished.output.contains("11 laws hold"), "\(finished.output)")
    let picture = try String(contentsOfFile: folder.path("energy.svg"), encoding: .utf8)
    #expect(picture.hasPrefix("<svg") && picture.contains("energy"))
    // The anchors that are printed last lie at the corners of the square.
    let numbers =
      finished.output.split(separator: "\n").last { $0.hasPrefix("Tensor") }?
      .split(whereSeparator: { "[], ".contains($0) }).compactMap { Double($0) } ?? []
    #expect(numbers.count == 10 && numbers.suffix(8).allSatisfy { abs(abs($0) - 1) < 0.1 }, "\(numbers)")
  }

  @Test("the program is short enough to be read on one page")
  func length() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let code = try String(
      contentsOf: root.appending(path: "Experiments/OwnEnergy/OwnEnergy.swift"), encoding: .utf8)
    #expect(code.split(separator: "\n", omittingEmptySubsequences: false).count <= 60)
  }
}
