import Foundation
import Foundations

/// Graphs whose nodes have a number at each step, drawn by a scale of colours, and whose pairs of nodes have a weight.
extension StepViewer {
  /// The graph of one item, or a neighbourhood in a large one.
  public struct Graph: Sendable {
    /// The nodes: their kind as group and their name as label.
    public var nodes: [NeighbourhoodDrawing.Node]
    /// The pairs of a node and one that it looks at, by their indices; a node may look at itself.
    public var pairs: [(from: Int, to: Int)]
    /// The number of each node, [step][node].
    public var values: [[Double]]
    /// The weight of each pair, at least 0, [group][step][pair].
    public var weights: [[[Double]]]
    /// The node in the middle, whose weights are shown until another is chosen.
    public var centre: Int

    /// A graph of its parts.
    public init(
      nodes: [NeighbourhoodDrawing.Node], pairs: [(from: Int, to: Int)], values: [[Double]],
      weights: [[[Double]]], centre: Int = 0
    ) {
      (self.nodes, self.pairs, self.values) = (nodes, pairs, values)
      (self.weights, self.centre) = (weights, centre)
    }
  }

  /// What the numbers and weights of graphs are called.
  public struct GraphReading: Codable, Equatable, Sendable {
    /// The kinds of nodes, one or two: the first are circles, the second squares.
    public var kinds: [String]
    /// What a node's number is.
    public var value: String
    /// What a pair's weight is.
    public var weight: String

    /// Names of kinds, numbers and weights.
    public init(kinds: [String], value: String, weight: String) {
      (self.kinds, self.value, self.weight) = (kinds, value, weight)
    }
  }

  /// A graph in the form that the page's script reads, with the places of its nodes: the centre at (0, 0), the others on rings of
  /// radius 1 and more by their distance from it.
  struct PlacedGraph: Codable, Equatable, Sendable {
    let names: [String]
    let kinds: [Int]
    let x: [Double]
    let y: [Double]
    let centre: Int
    /// The two ends of each pair.
    let from: [Int]
    let to: [Int]
    let values: [[Double]]
    let weights: [[[Double]]]

    init(_ graph: Graph) {
      names = graph.nodes.map(\.label)
      kinds = graph.nodes.map(\.group)
      centre = graph.centre
      (from, to) = (graph.pairs.map(\.from), graph.pairs.map(\.to))
      values = graph.values.map { $0.map { StepViewer.short($0) } }
      // Widths of lines, and numbers beside them, need no more.
      weights = graph.weights.map { $0.map { $0.map { StepViewer.short($0, digits: 3) } } }
      let layout = NeighbourhoodLayout(
        nodeCount: graph.nodes.count, edges: Self.edges(graph), centre: graph.centre)
      x = layout.positions.map { StepViewer.short($0.x, digits: 4) }
      y = layout.positions.map { StepViewer.short($0.y, digits: 4) }
    }

    /// One edge for both directions of a pair, its weight the mean over groups and steps, or the larger of both ways.
    private static func edges(_ graph: Graph) -> [NeighbourhoodLayout.Edge] {
      let frames = graph.weights.flatMap { $0 }
      var found: [[Int]: Double] = [:]
      for (index, pair) in graph.pairs.enumerated() where pair.from != pair.to {
        let mean = frames.reduce(0) { $0 + $1[index] } / Double(max(1, frames.count))
        let ends = [min(pair.from, pair.to), max(pair.from, pair.to)]
        found[ends] = max(found[ends] ?? 0, mean)
      }
      return found.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map {
        ($0.key[0], $0.key[1], $0.value)
      }
    }
  }

  /// Adds a graph for each item: nodes are coloured by their numbers at the step, and lines are as wide as the weights with which
  /// the chosen node looks at others.
  ///
  /// - Parameters:
  ///   - title: What stands over them.
  ///   - reading: What kinds, numbers and weights are called.
  ///   - groups: What there is of each weight, such as heads, of which one is shown.
  ///   - groupName: What one of the groups is called.
  ///   - graphs: One for each item, with numbers and weights at every step.
  /// - Throws: `ReportingError` for a number that is not finite, or a weight below 0.
  public mutating func addGraphs(
    _ title: String, _ reading: GraphReading, groups: [String] = [""], groupName: String = "",
    _ graphs: [Graph]
  ) throws {
    require(
      graphs.count == items.count && (1...2).contains(reading.kinds.count) && !groups.isEmpty,
      "\(title): \(graphs.count) graphs of \(reading.kinds.count) kinds of nodes in \(groups.count) groups, expected "
        + "\(items.count) of 1 or 2 kinds in 1 or more")
    for graph in graphs { try check(graph, title, reading, groupCount: groups.count) }
    var panel = Panel(kind: .graphs, title: title)
    (panel.groups, panel.groupName, panel.frames) = (groups, groupName, steps.count)
    (panel.graphs, panel.reading) = (graphs.map { PlacedGraph($0) }, reading)
    panels.append(panel)
  }

  private func check(_ graph: Graph, _ title: String, _ reading: GraphReading, groupCount: Int) throws {
    let nodes = graph.nodes.indices
    require(
      nodes.contains(graph.centre) && graph.nodes.allSatisfy { reading.kinds.indices.contains($0.group) }
        && graph.pairs.allSatisfy { nodes.contains($0.from) && nodes.contains($0.to) },
      "\(title): a graph of \(nodes.count) nodes has a centre, a kind or a pair that does not exist")
    require(
      graph.values.count == steps.count && graph.values.allSatisfy { $0.count == nodes.count },
      "\(title): numbers \(graph.values.map(\.count)), expected \(nodes.count) at each of \(steps.count) steps"
    )
    require(
      graph.weights.count == groupCount
        && graph.weights.allSatisfy {
          $0.count == steps.count && $0.allSatisfy { $0.count == graph.pairs.count }
        },
      "\(title): weights \(graph.weights.map { $0.map(\.count) }), expected \(graph.pairs.count) at each of "
        + "\(steps.count) steps for each of \(groupCount) groups")
    guard graph.values.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
      throw ReportingError("viewer, \(title): a node has a number that is not finite")
    }
    guard graph.weights.allSatisfy({ $0.allSatisfy { $0.allSatisfy { $0.isFinite && $0 >= 0 } } }) else {
      throw ReportingError("viewer, \(title): a weight is not a finite number of at least 0")
    }
  }
}
