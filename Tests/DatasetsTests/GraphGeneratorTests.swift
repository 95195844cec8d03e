import Datasets
import Foundations
import Tensors
import Testing

struct GraphGeneratorTests {
  private func configuration(
    _ change: (inout AttributedCommunityGraphConfiguration) -> Void = { _ in }
  ) -> AttributedCommunityGraphConfiguration {
    var configuration = AttributedCommunityGraphConfiguration()
    (configuration.nodeCount, configuration.communityCount) = (1_500, 6)
    (configuration.featureCount, configuration.outliers) = (5, nil)
    change(&configuration)
    return configuration
  }

  @Test("the default has 3,000 nodes and 5 % anomalies of two kinds")
  func defaults() throws {
    let graph = AttributedCommunityGraph(random: RandomStream(seed: 1)).graph
    #expect(graph.nodeCount == 3_000 && graph.featureCount == 32 && graph.features.isFinite)
    let kinds = try #require(graph.outlierKinds)
    #expect(kinds.count { $0 == .structural || $0 == .both } == 75)
    #expect(kinds.count { $0 == .contextual || $0 == .both } == 75)
    #expect(graph.labels == kinds.map { $0 == .none ? 0 : 1 })
    #expect((140...150).contains(graph.labels.count { $0 == 1 }))
  }

  @Test("as many edges as asked for, both directions, each once, no self loops", arguments: [8.0, 300])
  func edges(meanDegree: Double) {
    let graph = AttributedCommunityGraph(
      configuration { $0.meanDegree = meanDegree }, random: RandomStream(seed: 2)
    ).graph
    #expect(graph.neighbours.pairCount == Int(1_500 * meanDegree))
    let pairs = pairSet(graph.neighbours)
    #expect(pairs.count == graph.neighbours.pairCount)
    #expect(pairs.allSatisfy { $0[0] != $0[1] && pairs.contains([$0[1], $0[0]]) })
  }

  @Test("edges keep to communities as often as they should, and degrees are heavy-tailed")
  func structure() {
    let generated = AttributedCommunityGraph(
      configuration { $0.withinFraction = 0.7 }, random: RandomStream(seed: 3))
    let rows = generated.graph.neighbours
    let within = zip(rows.rows, rows.columns).count {
      generated.communities[Int($0)] == generated.communities[Int($1)]
    }
    // 0.7, and one in six of the others: 0.75. Six standard deviations of 6,000 draws.
    #expect(abs(Double(within) / Double(rows.pairCount) - 0.75) < 0.034)
    let degrees = (0..<rows.rowCount).map { rows.columns(of: $0).count }.sorted()
    #expect(degrees[750] < 8 && degrees[1_499] > 40)
    #expect(
      (0..<6).map { community in generated.communities.count { $0 == community } }
        == [Int](repeating: 250, count: 6))
  }

  @Test("features tell communities apart, with the noise asked for")
  func features() {
    let generated = AttributedCommunityGraph(
      configuration { ($0.featureSignal, $0.featureNoise) = (3, 0.5) }, random: RandomStream(seed: 4))
    let features = generated.graph.features
    for feature in 0..<5 {
      var squares = 0.0
      for community in 0..<6 {
        let values = (0..<1_500).filter { generated.communities[$0] == community }.map {
          Double(features[$0, feature])
        }
        let mean = values.reduce(0, +) / 250
        squares += values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      }
      #expect(abs((squares / 1_494).squareRoot() - 0.5) < 0.05)
    }
    let spread = features.elements.reduce(0.0) { $0 + Double($1 * $1) } / 7_500
    #expect(spread > 3 && spread < 25)
    // No two nodes have the same noise.
    let noise = AttributedCommunityGraph(
      configuration { $0.featureSignal = 0 }, random: RandomStream(seed: 4)
    ).graph.features
    #expect(Set((0..<1_500).map { node in (0..<5).map { noise[node, $0] } }).count == 1_500)
  }

  @Test("nodes are numbered community after community where that is asked for")
  func order() {
    func communities(_ order: NodeOrder) -> [Int] {
      AttributedCommunityGraph(configuration { $0.order = order }, random: RandomStream(seed: 5)).communities
    }
    #expect(communities(.byCommunity) == communities(.byCommunity).sorted())
    #expect(communities(.random) != communities(.random).sorted())
    #expect(communities(.random).sorted() == communities(.byCommunity))
  }

  @Test("the seed alone decides every bit, whatever the number of threads")
  func sameBits() {
    func graph(_ seed: UInt64, threads: Int) -> NodeGraph {
      let before = Parallelism.threadCount
      defer { Parallelism.threadCount = before }
      Parallelism.threadCount = threads
      return AttributedCommunityGraph(
        configuration { $0.outliers = OutlierInjection(cliqueSize: 7, cliqueCount: 3) },
        random: RandomStream(seed: seed)
      ).graph
    }
    let (one, three, other) = (graph(6, threads: 1), graph(6, threads: 3), graph(7, threads: 1))
    #expect(one.features.elements == three.features.elements && one.neighbours == three.neighbours)
    #expect(one.outlierKinds == three.outlierKinds)
    #expect(one.neighbours != other.neighbours && one.features.elements != other.features.elements)
  }

  @Test(
    "structural anomalies are disjoint cliques on top of the edges that were there, and nothing else changes")
  func cliques() throws {
    let plain = AttributedCommunityGraph(configuration(), random: RandomStream(seed: 8)).graph
    let injection = OutlierInjection(cliqueSize: 9, cliqueCount: 4, contextualCount: 0)
    let graph = injection.apply(to: plain, random: RandomStream(seed: 9))
    #expect(graph.features.elements == plain.features.elements)
    let (before, after) = (pairSet(plain.neighbours), pairSet(graph.neighbours))
    #expect(before.isSubset(of: after) && after.count == graph.neighbours.pairCount)
    let members = try #require(graph.outlierKinds).indices.filter { graph.outlierKinds?[$0] == .structural }
    #expect(members.count == 36)
    // The added pairs join exactly those nodes; each of them to 8 others but for the few that it had.
    let added = after.subtracting(before)
    #expect(added.allSatisfy { after.contains([$0[1], $0[0]]) })
    #expect(Set(added.map { Int($0[0]) }) == Set(members))
    // What hangs together by added pairs is one clique: too few of its pairs were there before to part it.
    var unseen = Set(members)
    while let first = unseen.first {
      var clique: Set<Int> = [first]
      var found: Set<Int> = [first]
      while !found.isEmpty {
        found = Set(added.filter { found.contains(Int($0[0])) }.map { Int($0[1]) }).subtracting(clique)
        clique.formUnion(found)
      }
      #expect(clique.count == 9)
      let pairs = clique.flatMap { a in clique.filter { $0 != a }.map { [Int32(a), Int32($0)] } }
      #expect(after.isSuperset(of: pairs))
      unseen.subtract(clique)
    }
    #expect(added.count <= 36 * 8 && added.count > 36 * 6)
  }

  @Test("contextual anomalies take the features of the node at the greatest distance among the candidates")
  func exchangedFeatures() throws {
    let plain = AttributedCommunityGraph(configuration(), random: RandomStream(seed: 10)).graph
    func injected(candidates: Int) -> NodeGraph {
      OutlierInjection(cliqueCount: 0, contextualCount: 40, candidateCount: candidates).apply(
        to: plain, random: RandomStream(seed: 11))
    }
    func row(_ graph: NodeGraph, _ node: Int) -> [Float] { (0..<5).map { graph.features[node, $0] } }
    func distance(_ a: [Float], _ b: [Float]) -> Double {
      zip(a, b).reduce(0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
    }
    let all = injected(candidates: 1_499)
    #expect(all.neighbours == plain.neighbours)
    let rows = (0..<1_500).map { row(plain, $0) }
    var nearer = 0
    let few = injected(candidates: 50)
    for node in 0..<1_500 {
      guard all.outlierKinds?[node] == .contextual else {
        #expect(row(all, node) == rows[node])
        continue
      }
      let farthest = rows.max { distance($0, rows[node]) < distance($1, rows[node]) }
      #expect(row(all, node) == farthest)
      #expect(row(few, node) != rows[node] && rows.contains(row(few, node)))
      let rank = rows.count { distance($0, rows[node]) > distance(row(few, node), rows[node]) }
      nearer += rank
    }
    #expect(all.labels.reduce(0, +) == 40)
    // The best of 50 has on average one fiftieth of the nodes above it.
    #expect(nearer / 40 > 10 && nearer / 40 < 80)
  }
}
