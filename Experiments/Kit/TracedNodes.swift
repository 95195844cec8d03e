package import EnergyTransformer
package import Reporting

/// Nodes of a graph along the descents of a model's blocks: their energies, and where each head of theirs looks.
package struct TracedNodes: Sendable {
  /// [step].
  private let energies: [NodeEnergies<Float>]
  /// The weights of the pairs of the nodes that are looked at, [step][head * pairs + pair].
  private let weights: [[Float]]
  /// A row for every node of the graph, empty but for the nodes that are looked at.
  private let pattern: CompressedSparseRows
  private let headCount: Int

  /// Some nodes at some steps of a trace.
  ///
  /// - Parameters:
  ///   - nodes: The nodes that are looked at.
  ///   - neighbourhoods: Whom each node of the graph looks at.
  ///   - trace: The descents of the blocks on the graph, with every state.
  ///   - places: The steps, by block and state.
  ///   - blocks: The blocks of the model.
  package init(
    _ nodes: some Sequence<Int>, over neighbourhoods: Neighbourhoods, in trace: [DescentResult<Float>],
    at places: [(block: Int, state: Int)], of blocks: [EnergyTransformerBlock<Float>]
  ) {
    let whole = neighbourhoods.pattern.byRow
    let wanted = Set(nodes)
    var (starts, columns) = ([0], [Int32]())
    for node in 0..<whole.rowCount {
      if wanted.contains(node) { columns += whole.columns(of: node) }
      starts.append(columns.count)
    }
    // A query's weights and energy depend on its own keys alone: those of other queries need not be computed.
    let some = Neighbourhoods(
      CompressedSparseRows(rowStarts: starts, columns: columns, columnCount: whole.rowCount),
      includesSelf: false)
    pattern = some.pattern.byRow
    headCount = blocks[0].attention.headCount
    let found = places.map { place in
      let block = blocks[place.block]
      let tokens = Tokens(trace[place.block].trajectory.states[place.state].tokens)
      let weights = block.attention.energy(over: some)
        .attentionWeights(at: block.norm.activations(at: tokens))
      return (block.energyByNode(at: tokens, over: some), weights.elements)
    }
    (energies, weights) = (found.map(\.0), found.map(\.1))
  }

  /// The share of one of the nodes in the energy by part, and behind the parts their sum, [step] each.
  package func energies(of node: Int) -> [(label: String, values: [Double])] {
    [
      ("attention", energies.map { Double($0.attention[node]) }),
      ("memory", energies.map { Double($0.memory[node]) }),
      ("total", energies.map { Double($0.total[node]) }),
    ]
  }

  /// The nodes that one of the nodes looks at, with their weights at a step, the mean over heads.
  package func meanWeights(of node: Int, step: Int) -> [(node: Int, weight: Double)] {
    (pattern.rowStarts[node]..<pattern.rowStarts[node + 1]).map { pair in
      let sum = (0..<headCount).reduce(0.0) { $0 + weight(ofPair: pair, head: $1, step: step) }
      return (Int(pattern.columns[pair]), sum / Double(headCount))
    }
  }

  /// Some of the nodes with the pairs among them: energies as numbers, attention as weights.
  ///
  /// - Parameters:
  ///   - nodes: The nodes by their numbers in the graph, the one in the middle first.
  ///   - heads: The heads that are shown.
  ///   - drawn: The kind of a node as group, and its name.
  package func graph(
    of nodes: [Int], heads: [Int], drawn: (Int) -> NeighbourhoodDrawing.Node
  ) -> StepViewer.Graph {
    let indices = Dictionary(uniqueKeysWithValues: zip(nodes, nodes.indices))
    var pairs: [(from: Int, to: Int)] = []
    var numbers: [Int] = []
    for (from, node) in nodes.enumerated() {
      for pair in pattern.rowStarts[node]..<pattern.rowStarts[node + 1] {
        guard let to = indices[Int(pattern.columns[pair])] else { continue }
        pairs.append((from, to))
        numbers.append(pair)
      }
    }
    return StepViewer.Graph(
      nodes: nodes.map(drawn), pairs: pairs,
      values: energies.map { step in nodes.map { Double(step.total[$0]) } },
      weights: heads.map { head in
        energies.indices.map { step in numbers.map { weight(ofPair: $0, head: head, step: step) } }
      })
  }

  private func weight(ofPair pair: Int, head: Int, step: Int) -> Double {
    Double(weights[step][head * pattern.pairCount + pair])
  }
}
