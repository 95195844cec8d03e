import Measurements
import Testing

struct BlockWorkloadTests {
  @Test("the operations of a descent are those of its matrix products, counted one by one")
  func operations() {
    var workload = BlockWorkload(
      name: "odd", batch: 2, tokens: 5, dimension: 7, heads: 3, keySize: 4, memories: 11, weightDeviation: 1)
    workload.steps = 6
    func product(_ rows: Int, _ depth: Int, _ columns: Int) -> Int { 2 * rows * depth * columns }
    let projections = 2 * product(5, 7, 12) + 2 * product(5, 12, 7)
    let heads = 3 * (product(5, 4, 5) + product(5, 5, 4) + product(5, 5, 4))
    let memories = product(5, 7, 11) + product(5, 11, 7)
    let all = 6 * 2 * (projections + heads + memories)
    #expect(workload.forwardOperations == Double(all))
    #expect(workload.operations(of: .forward) == Double(all))
    #expect(workload.operations(of: .training) == 3 * Double(all))
  }

  @Test(
    "a causal descent counts the keys before each token, and of the ways back those from queries and memories"
  )
  func causalOperations() {
    let workload = BlockWorkload(
      name: "odd", batch: 2, tokens: 5, dimension: 7, heads: 3, keySize: 4, memories: 11, steps: 6,
      weightDeviation: 1, isCausal: true)
    #expect(workload.sizes == "B 2, N 5, D 7, H 3, Y 4, M 11, T 6, causal")
    let projections = 2 * (2 * 5 * 7 * 12) + 2 * 5 * 12 * 7
    // Token i has i keys before it, with a score and a share in the answer for each.
    let heads = (0..<5).reduce(0) { $0 + 3 * 2 * (2 * 4 * $1) }
    let memories = 2 * (2 * 5 * 7 * 11)
    #expect(workload.operations(of: .forward) == Double(6 * 2 * (projections + heads + memories)))
    var generation = GenerationWorkload(workload)
    generation.symbols = 13
    let sequence = 6 * (projections + heads + memories) + 2 * 5 * 7 * 13
    #expect(generation.operations(of: .forward) == Double(sequence))
    #expect(generation.isCausal && generation.steps == 6)
  }

  @Test("the operations of a layered network are the two products of every synapse, counted one by one")
  func layeredOperations() {
    var workload = LayeredWorkload()
    #expect(workload.sizes == "B 256, layers of 784, 500 and 10 neurons, T 60" && workload.neurons == 1294)
    (workload.batch, workload.visible, workload.hidden, workload.labels) = (2, 7, 5, 3)
    workload.steps = 6
    let products = 2 * (2 * 2 * 7 * 5) + 2 * (2 * 2 * 5 * 3)
    #expect(workload.operations(of: .forward) == Double(6 * products))
    #expect(workload.operations(of: .training) == Double(3 * 6 * products))
  }

  @Test("all workloads but the causal one have the operations that the peers' figures were computed with")
  func standard() {
    #expect(BlockWorkload.standard.map(\.name) == ["paper", "paperb4", "small", "tiny", "graph", "text"])
    #expect(BlockWorkload.standard.map(\.isCausal) == [false, false, false, false, false, true])
    // Milliseconds at 378 operations a nanosecond, as they were computed for the peers by hand.
    for (workload, ceiling) in zip(BlockWorkload.standard, [94.2, 376.8, 43.8, 1.81, 95.5]) {
      #expect(abs(workload.forwardOperations / 378e6 / ceiling - 1) < 2e-3, "\(workload.name)")
    }
  }
}
