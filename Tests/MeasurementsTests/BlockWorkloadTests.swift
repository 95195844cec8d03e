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

  @Test("the five workloads have the operations that the peers' figures were computed with")
  func standard() {
    #expect(BlockWorkload.standard.map(\.name) == ["paper", "paperb4", "small", "tiny", "graph"])
    // Milliseconds at 378 operations a nanosecond, as they were computed for the peers by hand.
    for (workload, ceiling) in zip(BlockWorkload.standard, [94.2, 376.8, 43.8, 1.81, 95.5]) {
      #expect(abs(workload.forwardOperations / 378e6 / ceiling - 1) < 2e-3, "\(workload.name)")
    }
  }
}
