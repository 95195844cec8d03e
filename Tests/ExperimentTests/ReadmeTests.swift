import EnergyTransformer
import Foundation
import Testing

struct ReadmeTests {
  private let folder = URL(filePath: #filePath).deletingLastPathComponent()

  @Test("the README shows the example that is compiled and run here, letter by letter")
  func exampleIsTheOneInTheReadme() throws {
    let root = folder.deletingLastPathComponent().deletingLastPathComponent()
    let code = try String(contentsOf: folder.appending(path: "ReadmeExample.swift"), encoding: .utf8)
    let page = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
    #expect(page.contains("```swift\n\(code)```\n"))
  }

  @Test("the example descends both energies, and their sum falls at every step")
  func exampleDescends() {
    let result = descendTwoEnergies()
    #expect(result.stopReason == .steps(12))
    let energies = result.trajectory.energies
    #expect(energies.count == 13)
    #expect(energies.allSatisfy { $0.parts.map(\.name) == ["memory", "Chain"] })
    let totals = energies.map { $0.total.elements[0] }
    #expect(zip(totals, totals.dropFirst()).allSatisfy { $0 > $1 }, "\(totals)")
  }
}
