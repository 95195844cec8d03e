import Foundation
import Reporting
import Testing

/// A viewer as a browser reads it from the page of a run.
struct ShownViewer: Decodable {
  struct Graph: Decodable {
    let names: [String], kinds: [Int], centre: Int, from: [Int], to: [Int]
    /// [step][node] and [group][step][pair].
    let values: [[Double]], weights: [[[Double]]]

    /// The sum of the weights with which each node looks at others, for a group at a step.
    func sums(group: Int, step: Int) -> [Double] {
      var sums = [Double](repeating: 0, count: names.count)
      for (node, weight) in zip(from, weights[group][step]) { sums[node] += weight }
      return sums
    }
  }
  struct Row: Decodable {
    let label: String, mark: String, isRest: Bool
  }
  struct Bars: Decodable {
    let rows: [Row]
    /// [group][step][row].
    let values: [[[Double]]]
  }
  struct Series: Decodable {
    let label: String
    /// [item][step].
    let values: [[Double]]
  }
  struct Panel: Decodable {
    let kind: String, title: String, groups: [String]
    let series: [Series], graphs: [Graph]?, bars: [Bars]?
  }
  let title: String, items: [String], steps: [String], stepName: String
  let panels: [Panel]

  /// The viewers of a page, which is small enough to be loaded over a telephone network.
  static func all(inPageAt path: String) throws -> [ShownViewer] {
    let size = try Data(contentsOf: URL(fileURLWithPath: path)).count
    #expect(size < 2_000_000, "a page of \(size) bytes")
    return try JSONDecoder().decode(
      [ShownViewer].self, from: JSONEncoder().encode(try WebPage.viewers(inPageAt: path)))
  }

  /// The curves of a panel by their names, [item][step].
  func lines(_ title: String) throws -> [String: [[Double]]] {
    let panel = try #require(panels.first { $0.kind == "lines" && $0.title.hasPrefix(title) })
    return Dictionary(uniqueKeysWithValues: panel.series.map { ($0.label, $0.values) })
  }

  func panel(_ kind: String) throws -> Panel { try #require(panels.first { $0.kind == kind }) }
}
