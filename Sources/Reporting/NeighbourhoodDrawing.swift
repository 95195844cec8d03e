/// The neighbourhood of one node of a graph, drawn as SVG: equal input gives equal bytes.
///
/// Nodes stand on rings by their distance from the centre and are coloured by group; edges are as wide as their weight.
/// Clear up to about a hundred nodes.
public struct NeighbourhoodDrawing: Codable, Equatable, Sendable {
  /// One node.
  public struct Node: Codable, Equatable, Sendable {
    /// Its group, an index into `groups`.
    public var group: Int
    /// A short text beside it, or nothing.
    public var label: String

    /// A node of a group.
    public init(group: Int, label: String = "") {
      self.group = group
      self.label = label
    }
  }

  /// One edge; from a node to itself it is drawn as a loop.
  public struct Edge: Codable, Equatable, Sendable {
    /// One end, an index into `nodes`.
    public var from: Int
    /// The other end, an index into `nodes`.
    public var to: Int
    /// Its weight, at least 0, which sets its width; of the two directions between two nodes give one edge.
    public var weight: Double

    /// An edge between two nodes.
    public init(from: Int, to: Int, weight: Double = 1) {
      self.from = from
      self.to = to
      self.weight = weight
    }
  }

  /// The title above the drawing.
  public var title: String
  /// The caption, a sentence or two below the drawing.
  public var caption = ""
  /// The names of the groups, such as those of classes; colours follow the order.
  public var groups: [String]
  /// The title of the edges' weights in the legend.
  public var weightTitle = "weight"
  /// The nodes.
  public var nodes: [Node]
  /// The edges.
  public var edges: [Edge]
  /// The node in the middle.
  public var centre: Int
  /// Width in pixels; the height follows.
  public var width = 640

  /// A drawing of nodes and edges around one of the nodes.
  public init(title: String, groups: [String], nodes: [Node], edges: [Edge], centre: Int) {
    self.title = title
    self.groups = groups
    self.nodes = nodes
    self.edges = edges
    self.centre = centre
  }

  /// The drawing as text.
  ///
  /// - Throws: `ReportingError` for a centre, a group or an edge that does not exist, and for a weight that is not a
  ///   finite number of at least 0; the message names it.
  public func svg() throws -> String {
    try validate()
    return Drawing(self).content
  }

  private func validate() throws {
    func refuse(_ problem: String) throws { throw ReportingError("drawing \(title): \(problem)") }
    if !nodes.indices.contains(centre) {
      try refuse("centre \(centre), expected one of \(nodes.count) nodes")
    }
    for (index, node) in nodes.enumerated() where !groups.indices.contains(node.group) {
      try refuse("node \(index): group \(node.group), expected one of \(groups.count) groups")
    }
    for (index, edge) in edges.enumerated() {
      if !nodes.indices.contains(edge.from) || !nodes.indices.contains(edge.to) {
        try refuse("edge \(index): from \(edge.from) to \(edge.to), expected two of \(nodes.count) nodes")
      }
      if !edge.weight.isFinite || edge.weight < 0 {
        try refuse("edge \(index): weight \(edge.weight), expected a finite number of at least 0")
      }
    }
  }
}

extension NeighbourhoodDrawing: Figure {
  /// The drawing with weights of six significant digits.
  public func rounded() -> NeighbourhoodDrawing {
    var drawing = self
    for index in edges.indices { drawing.edges[index].weight = edges[index].weight.sixDigits }
    return drawing
  }
}
