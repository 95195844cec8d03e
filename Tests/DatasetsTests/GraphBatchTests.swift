import Datasets
import Foundations
import Tensors
import Testing

struct GraphBatchTests {
  @Test("a batch is the union of its graphs, in the order asked for, a graph twice if need be")
  func union() throws {
    let folder = try smallSet()
    let graphs = try TUFolder.read(folder.url).graphs
    let batch = graphs.batch(at: [2, 0, 1, 0], classTokens: false)
    #expect(batch.count == 4 && batch.nodeCount == 11)
    #expect(batch.nodeRanges == [0..<4, 4..<7, 7..<8, 8..<11])
    #expect(batch.graphOfNode == [0, 0, 0, 0, 1, 1, 1, 2, 3, 3, 3])
    #expect(batch.sourceNodes == [4, 5, 6, 7, 0, 1, 2, 3, 0, 1, 2])
    #expect(batch.labels == [1, 1, 0, 1] && batch.indices == [2, 0, 1, 0])
    #expect(
      lists(batch.neighbours) == [[1, 2, 3], [0], [0], [0], [5], [4, 6], [5], [], [9], [8, 10], [9]])
    #expect(batch.classTokens.isEmpty)
    for (node, source) in batch.sourceNodes.enumerated() {
      let source = try #require(source)
      #expect((0..<3).allSatisfy { batch.features[node, $0] == graphs.features[source, $0] })
    }
  }

  @Test(
    "class tokens come first in their graphs, joined both ways to all of its nodes, with features of zeros")
  func classTokens() throws {
    let folder = try smallSet()
    let graphs = try TUFolder.read(folder.url).graphs
    let batch = graphs.batch(at: [0, 1, 2], classTokens: true)
    #expect(batch.classTokens == [0, 4, 6])
    #expect(batch.nodeRanges == [0..<4, 4..<6, 6..<11])
    #expect(batch.graphOfNode == [0, 0, 0, 0, 1, 1, 2, 2, 2, 2, 2])
    #expect(
      lists(batch.neighbours) == [
        [1, 2, 3], [0, 2], [0, 1, 3], [0, 2], [5], [4], [7, 8, 9, 10], [6, 8, 9, 10], [6, 7], [6, 7], [6, 7],
      ])
    #expect(batch.sourceNodes[4] == nil && batch.sourceNodes[5] == 3)
    let rows = batch.rows(of: Tensor<Double>(shape: [8, 2], elements: (0..<16).map { Double($0) + 1 }))
    #expect(rows.shape == [11, 2])
    for (node, source) in batch.sourceNodes.enumerated() {
      #expect(rows[node, 1] == source.map { Double(2 * $0 + 2) } ?? 0)
      #expect((0..<3).map { batch.features[node, $0] }.reduce(0, +) == (source == nil ? 0 : 1))
    }
  }

  @Test("nothing of one graph reaches another, and neighbours stay symmetric", arguments: [false, true])
  func separation(classTokens: Bool) throws {
    let folder = try smallSet()
    let graphs = try TUFolder.read(folder.url).graphs
    let batch = graphs.batch(at: [2, 1, 0, 2], classTokens: classTokens)
    let pairs = pairSet(batch.neighbours)
    #expect(pairs.count == batch.neighbours.pairCount)
    #expect(pairs.allSatisfy { batch.graphOfNode[Int($0[0])] == batch.graphOfNode[Int($0[1])] })
    #expect(pairs.allSatisfy { pairs.contains([$0[1], $0[0]]) && $0[0] != $0[1] })
  }
}
