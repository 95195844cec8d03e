import Foundation

/// The positions of the nodes of a neighbourhood: on rings by their distance from the centre, each below the node through
/// which it is reached, in an order that keeps edges short. Equal input gives equal positions.
package struct NeighbourhoodLayout {
  package typealias Edge = (from: Int, to: Int, weight: Double)

  /// Steps from the centre; for nodes that cannot be reached, one more than the largest.
  package let rings: [Int]
  /// The positions of the nodes: the centre is (0, 0), a node of ring r has distance r from it; y points down.
  package private(set) var positions: [(x: Double, y: Double)] = []
  /// Whether some nodes cannot be reached from the centre; they stand on the last ring.
  package let hasUnreached: Bool

  private let edges: [Edge]
  /// The nodes reached through each node, in the order of their sectors.
  private var children: [[Int]]
  /// Nodes at the ends of the tree, below and including each node.
  private var leaves: [Int]
  private let centre: Int

  package init(nodeCount: Int, edges: [Edge], centre: Int) {
    self.centre = centre
    self.edges = edges.filter { $0.from != $0.to }
    let tree = Self.tree(nodeCount, self.edges, centre)
    (rings, children, hasUnreached) = (tree.rings, tree.children, tree.hasUnreached)
    leaves = Array(repeating: 0, count: nodeCount)
    for node in (0..<nodeCount).sorted(by: { tree.rings[$0] > tree.rings[$1] }) {
      leaves[node] = max(1, children[node].reduce(0) { $0 + leaves[$1] })
    }
    positions = placed(children)
    shortenEdges()
  }

  /// The middle of the widest gap between the nodes of a ring, clockwise from the top; the top itself where its gap is
  /// nearly as wide.
  package func gap(ofRing ring: Int) -> Double {
    let angles = positions.indices.filter { rings[$0] == ring }.map { node in
      let angle = atan2(positions[node].x, -positions[node].y)
      return angle < 0 ? angle + 2 * .pi : angle
    }.sorted()
    guard let first = angles.first, let last = angles.last else { return 0 }
    var best = (width: first + 2 * .pi - last, middle: (first + last) / 2 + .pi)
    if first > 0.2 && last < 2 * .pi - 0.2 { best = (1.1 * best.width, 0) }
    for (a, b) in zip(angles, angles.dropFirst()) where b - a > best.width + 1e-9 {
      best = (b - a, (a + b) / 2)
    }
    return best.middle
  }

  /// Distances from the centre in steps, and the tree of shortest ways: of several ways the one over the heaviest edge.
  private static func tree(
    _ count: Int, _ edges: [Edge], _ centre: Int
  ) -> (rings: [Int], children: [[Int]], hasUnreached: Bool) {
    var neighbours = Array(repeating: [(node: Int, weight: Double)](), count: count)
    for edge in edges {
      neighbours[edge.from].append((edge.to, edge.weight))
      neighbours[edge.to].append((edge.from, edge.weight))
    }
    var rings = [Int?](repeating: nil, count: count)
    rings[centre] = 0
    var order = [centre]
    var next = 0
    while next < order.count {
      let node = order[next]
      next += 1
      for other in neighbours[node].map(\.node).sorted() where rings[other] == nil {
        rings[other] = (rings[node] ?? 0) + 1
        order.append(other)
      }
    }
    let outside = (rings.compactMap { $0 }.max() ?? 0) + 1
    var children = Array(repeating: [Int](), count: count)
    for node in 0..<count where node != centre {
      guard let ring = rings[node] else {
        children[centre].append(node)
        continue
      }
      let ways = neighbours[node].filter { rings[$0.node] == ring - 1 }
      let best = ways.max { ($0.weight, $1.node) < ($1.weight, $0.node) }
      children[best?.node ?? centre].append(node)
    }
    return (rings.map { $0 ?? outside }, children, order.count < count)
  }

  /// Every node in the middle of its sector, which begins at the top and turns clockwise. A sector is shared half
  /// evenly and half by the ends of the tree, so that neither a node with a large family nor one without gets too little.
  private func placed(_ children: [[Int]]) -> [(x: Double, y: Double)] {
    var positions = Array(repeating: (x: 0.0, y: 0.0), count: children.count)
    var pending = [(node: centre, start: -Double.pi / 2, width: 2 * Double.pi)]
    while let (node, start, width) = pending.popLast() {
      let angle = start + width / 2
      let radius = Double(rings[node])
      if node != centre { positions[node] = (radius * cos(angle), radius * sin(angle)) }
      var begin = start
      let total = Double(children[node].reduce(0) { $0 + leaves[$1] })
      for child in children[node] {
        let share = 0.5 / Double(children[node].count) + 0.5 * Double(leaves[child]) / total
        pending.append((child, begin, width * share))
        begin += width * share
      }
    }
    return positions
  }

  /// Swaps nodes reached through the same node as long as that makes all edges together shorter.
  private mutating func shortenEdges() {
    var best = length(positions)
    for _ in 0..<20 {
      let before = best
      for parent in children.indices where children[parent].count > 1 {
        for a in children[parent].indices.dropLast() {
          for b in (a + 1)..<children[parent].count {
            children[parent].swapAt(a, b)
            let trial = placed(children)
            let length = length(trial)
            if length < best - 1e-9 {
              (best, positions) = (length, trial)
            } else {
              children[parent].swapAt(a, b)
            }
          }
        }
      }
      if best >= before { return }
    }
  }

  private func length(_ positions: [(x: Double, y: Double)]) -> Double {
    edges.reduce(0) { sum, edge in
      let (a, b) = (positions[edge.from], positions[edge.to])
      return sum + ((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)).squareRoot()
    }
  }
}
