import Energies
import Tensors
import TestSupport
import Testing

/// What attention over neighbours owes to its graph.
struct NeighbourGraphTests {
  @Test("every node sees itself exactly once, by its first self loop or one that is added")
  func selfPairs() {
    let graph = NeighbourCase().rows
    let found = Neighbourhoods(graph)
    #expect(found.nodeCount == 7 && found.pattern.rowCount == 7)
    for node in 0..<7 {
      let columns = Array(found.pattern.byRow.columns(of: node))
      #expect(columns.filter { $0 == Int32(node) }.count == 1)
      #expect(
        columns.filter { $0 != Int32(node) } == graph.columns(of: node).filter { $0 != Int32(node) })
    }
    // One of node 2's two self loops is gone; nodes 1, 3, 5 and 6 had none.
    #expect(found.pattern.pairCount == graph.pairCount - 1 + 4)
    #expect(Neighbourhoods(graph, includesSelf: false).pattern.byRow == graph)
  }

  @Test(
    "nodes without neighbours, graphs without pairs and batches of padding have no energy and no gradient")
  func nothing() {
    let graph = CompressedSparseRows(rowCount: 4, columnCount: 4, rows: [], columns: [])
    let energy = NeighbourAttentionEnergy<Double>(
      queryWeights: normalTensor([3, 2, 5], seed: 60), keyWeights: normalTensor([3, 2, 5], seed: 61),
      graph: graph,
      includesSelf: false, learnsBeta: true)
    let g = Activations(normalTensor([2, 4, 5], seed: 62))
    let pullback = energy.gradientPullback(at: g, direction: g.values)
    let all = [
      energy.energy(at: g), energy.differentiatedGradient(at: g),
      energy.energyAndGradient(at: g).energy.total,
      energy.energyAndGradient(at: g).gradient, pullback.hessianVectorProduct, energy.energyByNode(at: g),
    ]
    for tensor in all + pullback.dependencies { #expect(tensor.elements.allSatisfy { $0 == 0 }) }

    let options = NeighbourCase(includesSelf: true)
    let padding = Activations(
      options.activations().values, mask: TokenMask(lengths: [0, 7], tokenCount: 7))
    let found = options.energy().energyAndGradient(at: padding)
    #expect(found.energy.total[0] == 0 && found.energy.total[1] != 0)
    #expect(found.gradient.elements.prefix(35).allSatisfy { $0 == 0 })
  }

  @Test("shares of nodes add up to the energy, are those of each query, and can be differentiated")
  func byNode() {
    for options in NeighbourCase.all {
      let (energy, g) = (options.energy(), options.activations())
      let shares = energy.energyByNode(at: g)
      #expect(shares.shape == [2, options.nodes])
      expectClose(
        actual: shares.sum(axes: [1]), expected: energy.energy(at: g), relative: 1e-12, absolute: 1e-13)
      var tracked: Tensor<Double>?
      let slope = gradient(at: g.values) { values in
        let found = energy.energyByNode(at: g.with(values))
        tracked = found.detached
        return found.sum()
      }
      expectClose(actual: tracked ?? shares, expected: shares, relative: 1e-12, absolute: 1e-13)
      expectClose(
        actual: slope, expected: energy.differentiatedGradient(at: g), relative: 1e-12, absolute: 1e-13)
    }
    let g = Activations(normalTensor([2, 4, 5], seed: 71), mask: HopfieldEnergyTests.masks[1])
    for memory in HopfieldCase.all.map(\.energy) {
      let shares = memory.energyByNode(at: g)
      #expect(shares.shape == [2, 4] && shares[0, 0] == 0 && shares[0, 1] != 0)
      expectClose(actual: shares.sum(axes: [1]), expected: memory.energy(at: g), relative: 1e-13)
    }
  }

  @Test("a node's share is minus its log sums over beta, and weights are its softmax, by plain loops")
  func naive() {
    let options = NeighbourCase(terms: .ofHeads)
    let (energy, g) = (options.energy(), options.activations())
    let (shares, weights) = (energy.energyByNode(at: g), energy.attentionWeights(at: g))
    let rows = options.rows
    #expect(weights.shape == [2, 3, rows.pairCount])
    func projected(_ matrix: Tensor<Double>, _ example: Int, _ node: Int, _ head: Int) -> [Double] {
      (0..<options.keySize).map { a in
        (0..<5).reduce(0) { $0 + matrix[head, a, $1] * g.values[example, node, $1] }
      }
    }
    for example in 0..<2 {
      for node in 0..<7 {
        var share = 0.0
        for head in 0..<3 {
          let query = projected(energy.queryWeights, example, node, head)
          let places = Array(rows.rowStarts[node]..<rows.rowStarts[node + 1])
          if places.isEmpty { continue }
          let exponentials = places.map { place in
            let key = projected(energy.keyWeights, example, Int(rows.columns[place]), head)
            return NeighbourCase.exponential(
              energy.beta[head] * zip(query, key).reduce(0) { $0 + $1.0 * $1.1 }
                + (energy.edgeTerms?[head, place] ?? 0))
          }
          let sum = exponentials.reduce(0, +)
          share -= Tensor(sum).logarithm().scalar / energy.beta[head]
          for (place, exponential) in zip(places, exponentials) {
            #expect(abs(weights[example, head, place] - exponential / sum) < 1e-13)
          }
        }
        #expect(abs(shares[example, node] - share) < 1e-12)
      }
    }
  }

  /// The graph with its nodes under other names, and for each of its pairs the one that it was.
  private func renamed(
    _ graph: CompressedSparseRows, _ names: [Int], count: Int
  ) -> (graph: CompressedSparseRows, pairs: [Int]) {
    var lists = [[(column: Int32, pair: Int)]](repeating: [], count: count)
    for (pair, (row, column)) in zip(graph.rows, graph.columns).enumerated() {
      lists[names[Int(row)]].append((Int32(names[Int(column)]), pair))
    }
    let starts = lists.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    let pairs = lists.joined()
    return (
      CompressedSparseRows(rowStarts: starts, columns: pairs.map(\.column), columnCount: count),
      pairs.map(\.pair)
    )
  }

  @Test("nodes under other names have the same energies and gradients", arguments: [true, false])
  func renaming(includesSelf: Bool) {
    let options = NeighbourCase(graph: .crowded, includesSelf: includesSelf, terms: .ofHeads)
    let (energy, g) = (options.energy(), options.activations())
    var random = RandomStream(seed: 5)
    let order = random.permutation(of: 23)  // the node that comes to each place
    var names = order
    for (place, node) in order.enumerated() { names[node] = place }
    let (graph, pairs) = renamed(options.rows, names, count: 23)
    var other = energy
    other.neighbourhoods = Neighbourhoods(graph, includesSelf: includesSelf)
    other.edgeTerms = energy.edgeTerms?.gathered(pairs, axis: 1)
    let moved = Activations(g.values.gathered(order, axis: 1))
    let (found, expected) = (other.energyAndGradient(at: moved), energy.energyAndGradient(at: g))
    expectClose(actual: found.energy.total, expected: expected.energy.total, relative: 1e-12)
    expectClose(
      actual: found.gradient, expected: expected.gradient.gathered(order, axis: 1), relative: 1e-11,
      absolute: 1e-12)
    expectClose(
      actual: other.energyByNode(at: moved), expected: energy.energyByNode(at: g).gathered(order, axis: 1),
      relative: 1e-12)
  }

  @Test("nodes that nobody knows change nothing for the others")
  func addedNodes() {
    let options = NeighbourCase(graph: .crowded, terms: .shared)
    let (energy, g) = (options.energy(), options.activations())
    // A stranger before, one between and one behind.
    let names = (0..<23).map { $0 < 10 ? $0 + 1 : $0 + 2 }
    var other = energy
    other.neighbourhoods = Neighbourhoods(renamed(options.rows, names, count: 26).graph, includesSelf: false)
    let places = (0..<26).map { name in names.firstIndex(of: name) }
    let strangers = normalTensor([2, 1, 5], seed: 66)
    let values = Tensor.concatenated([g.values, strangers], axis: 1).gathered(
      places.map { $0 ?? 23 }, axis: 1)
    let (found, expected) = (
      other.energyAndGradient(at: Activations(values)), energy.energyAndGradient(at: g)
    )
    #expect(found.energy.total.elements == expected.energy.total.elements)
    #expect(found.gradient.gathered(names, axis: 1).elements == expected.gradient.elements)
    let alone = places.indices.filter { places[$0] == nil }
    #expect(found.gradient.gathered(alone, axis: 1).elements.allSatisfy { $0 == 0 })
  }

  @Test("graphs laid side by side give what each gives by itself")
  func union() {
    let parts = [NeighbourCase(includesSelf: true), NeighbourCase(graph: .crowded, includesSelf: true)]
    let graphs = parts.map(\.rows)
    let energies = parts.map { $0.energy() }
    let values = parts.map { $0.activations().values }
    let joint = CompressedSparseRows(
      rowCount: 30, columnCount: 30, rows: graphs[0].rows + graphs[1].rows.map { $0 + 7 },
      columns: graphs[0].columns + graphs[1].columns.map { $0 + 7 })
    var energy = energies[0]
    energy.neighbourhoods = Neighbourhoods(joint)
    let all = energy.energyAndGradient(at: Activations(.concatenated(values, axis: 1)))
    let each = zip(energies, values).map { $0.energyAndGradient(at: Activations($1)) }
    expectClose(
      actual: all.energy.total, expected: each[0].energy.total + each[1].energy.total, relative: 1e-13)
    expectClose(
      actual: all.gradient, expected: .concatenated(each.map(\.gradient), axis: 1), relative: 1e-12,
      absolute: 1e-14)
  }
}
