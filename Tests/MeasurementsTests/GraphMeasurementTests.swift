import Measurements
import Testing

struct GraphMeasurementTests {
  private func workload(_ name: String, nodes: Int, edges: Int) -> GraphWorkload {
    GraphWorkload(name: name, nodes: nodes, edges: edges)
  }

  @Test("the operations on a graph are those of its products, counted one by one")
  func operations() {
    var workload = workload("odd", nodes: 5, edges: 12)
    (workload.dimension, workload.heads, workload.keySize) = (7, 3, 4)
    (workload.memories, workload.steps) = (11, 6)
    func product(_ rows: Int, _ depth: Int, _ columns: Int) -> Int { 2 * rows * depth * columns }
    let projections = 2 * product(5, 7, 12) + 2 * product(5, 12, 7)
    // A score, and a key and a query mixed in, for 12 edges and 5 self loops, in 3 heads.
    let pairs = 3 * 17 * 3 * product(1, 4, 1)
    let memories = product(5, 7, 11) + product(5, 11, 7)
    #expect(workload.operations(of: .forward) == Double(6 * (projections + pairs + memories)))
    #expect(workload.operations(of: .training) == 3 * workload.operations(of: .forward))
    #expect(workload.pairs == 17)
  }

  @Test("graphs have the names that the results are read by, whatever a file calls itself")
  func names() {
    #expect(GraphWorkload.name(nodes: 100_000) == "hundred_thousand")
    #expect(GraphWorkload.name(nodes: 1_000_000) == "million")
    #expect(GraphWorkload.name(nodes: 2_000) == "nodes_2000")
    for (text, name) in [
      ("reddit", "reddit"), ("inj_cora", "inj_cora"), ("A -- b", "a_b"), ("1st", "graph_1st"), ("é", "graph"),
    ] {
      #expect(GraphWorkload.summaryName(text) == name)
    }
  }

  @Test("a ratio of times an edge takes the medians of each round and then the median over rounds")
  func edgeTimes() {
    var scale = ScaleMeasurement(
      order: "random", smaller: workload("small", nodes: 10, edges: 100),
      larger: workload("large", nodes: 50, edges: 800))
    #expect(scale.edgeTimeRatio == nil)
    scale.smaller.seconds = [[1, 2, 9], [1], [4, 6]]
    scale.larger.seconds = [[8, 8, 80], [16], [100]]
    // 8 / 2, 16 / 1 and 100 / 5, over 8 times the edges.
    #expect(scale.edgeTimeRatio == 2)
    #expect(scale.edgeTimeRatioOfMinima == 1)
    scale.larger.peak = 0x3p29
    let numbers = scale.numbers
    let expected = [
      "large_edge_time_ratio_random": 2, "small_random_seconds": 2, "large_random_seconds": 16,
      "large_random_min_seconds": 8, "small_random_edge_nanoseconds": 2e7, "large_random_peak_gib": 1.5,
    ]
    for (name, value) in expected { #expect(numbers[name] == value, "\(name)") }
    #expect(numbers["small_random_peak_gib"] == nil)
  }

  @Test("memory is told an edge from the first graph to the last, and an edge and head")
  func edgeMemory() {
    var memory = EdgeMemory(heads: 2)
    memory.add(workload("a", nodes: 10, edges: 100), MemoryFigures(rest: 0x1p20, peak: 0x3p20))
    #expect(memory.bytesAnEdge == nil)
    memory.add(workload("b", nodes: 10, edges: 800), MemoryFigures(rest: 0x1p20, peak: 0x3p20 + 7_000))
    #expect(memory.bytesAnEdge == 10)
    #expect(memory.numbers["memory_degree_10_heads_2_mb"] == 2)
    #expect(memory.numbers["memory_heads_2_edge_bytes"] == 10)
    #expect(memory.numbers["memory_heads_2_edge_head_bytes"] == 5)
  }

  @Test("blocks on graphs are summed up by the names of other blocks, their peers being those of graphs")
  func summary() {
    var measurement = BlockMeasurement(workload("reddit", nodes: 10, edges: 100))
    for (variant, milliseconds) in zip(Variant.onGraphs, [2.0, 30, 8, 5, 6]) {
      var reply = WorkerReply()
      reply.milliseconds = [milliseconds]
      measurement.add(reply, of: variant, .forward, round: 0)
      measurement.add(reply, of: variant, .training, round: 0)
    }
    let numbers = BlockSummary(measurement, peak: nil).numbers
    #expect(numbers["reddit_forward_ratio"] == 2.5)
    #expect(numbers["reddit_train_ratio"] == 2.5)
    #expect(numbers["reddit_train_torch_graph_automatic_ms"] == 30)
    #expect(numbers["reddit_forward_ratio_jax"] == nil)
  }
}
