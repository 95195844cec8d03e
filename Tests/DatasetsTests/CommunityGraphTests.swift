import Datasets
import Tensors
import Testing

struct CommunityGraphTests {
  @Test(
    "generated graphs of both classes have as many nodes, edges and labels; edges tell communities from chance"
  )
  func classes() {
    let graphs = CommunityGraphs.collection(count: 200)
    #expect(graphs.count == 200 && graphs.labels == (0..<200).map { $0 % 2 })
    #expect(graphs.classNames == ["two communities", "random"] && graphs.featureCount == 2)
    // Shares of the edges between nodes of one label, of nodes of the first label, and mean numbers of nodes, by class.
    var (same, first, nodes) = ([0.0, 0], [0.0, 0], [0.0, 0])
    for graph in 0..<200 {
      let range = graphs.nodeStarts[graph]..<graphs.nodeStarts[graph + 1]
      #expect((10...20).contains(range.count) && range.count % 2 == 0)
      let labels = range.map { graphs.nodeLabels?[$0] ?? -1 }
      let pairs = range.flatMap { node in graphs.neighbours.columns(of: node).map { (node, Int($0)) } }
      #expect(pairs.count == 4 * range.count && pairs.allSatisfy { range.contains($0.1) && $0.0 != $0.1 })
      let equal = pairs.count { labels[$0.0 - range.lowerBound] == labels[$0.1 - range.lowerBound] }
      same[graph % 2] += Double(equal) / Double(pairs.count) / 100
      first[graph % 2] += Double(labels.count { $0 == 0 }) / Double(range.count) / 100
      nodes[graph % 2] += Double(range.count) / 100
    }
    #expect(first.allSatisfy { abs($0 - 0.5) < 1e-12 } && abs(nodes[0] - nodes[1]) < 2)
    // Five of six pairs of nodes keep their labels, so about 0.9 (25 + 1) / 36 + … of the edges join equals; by chance
    // seven of fifteen of the pairs of eight against eight.
    #expect(same[0] > 0.6 && (0.42...0.52).contains(same[1]), "\(same)")
  }

  @Test("degrees stand behind the features as one-hot columns, those from the last on in one")
  func degrees() {
    let graphs = CommunityGraphs.collection(count: 4)
    let found = graphs.withDegrees(upTo: 3)
    #expect(found.featureCount == 2 + 4 && found.count == 4 && found.nodeLabels == graphs.nodeLabels)
    let elements = found.features.elements
    for node in 0..<graphs.nodeCount {
      let degree = min(3, graphs.neighbours.columns(of: node).count)
      let row = Array(elements[6 * node..<6 * node + 6])
      #expect(Array(row[..<2]) == Array(graphs.features.elements[2 * node..<2 * node + 2]))
      #expect(Array(row[2...]) == (0..<4).map { $0 == degree ? 1 : 0 })
    }
    #expect(graphs.hasOwnFeatures)
  }
}
