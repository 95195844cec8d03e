import Foundation
import Reporting
import Testing

/// Words follow numbers: pages written by hand say what the records under `Results` say.
struct ReadmeNumbersTests {
  private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  @Test("every table, number and verdict of README, documentation and results is that of the records")
  func pagesFollowRecords() throws {
    // Missing records and keys, verdicts that changed and numbers that nothing accounts for are thrown.
    let outdated = try ResultsFolder(path: root.appending(path: "Results").path).outdated()
    let pages = outdated.filter { $0.contains(".md: ") }
    #expect(pages.isEmpty, "run results-tables: \(pages.joined(separator: "\n"))")
  }

  @Test(
    "README, the index of results and the pages on results, experiments and data are held against the records"
  )
  func pagesAreListed() throws {
    struct Words: Decodable {
      struct Page: Decodable { let path: String }
      let pages: [Page]
    }
    let words = try JSONDecoder().decode(
      Words.self, from: Data(contentsOf: root.appending(path: "Results/words.json")))
    let expected =
      ["../README.md", "README.md"]
      + ["results", "experiments", "modules", "data"].map { "../Documentation/\($0).md" }
    #expect(Set(words.pages.map(\.path)).isSuperset(of: expected))
  }
}
