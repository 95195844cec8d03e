import Energies
import Tensors

/// The graphs side by side in a padded batch, for energies over all pairs of nodes.
extension GraphEnergyTransformerInput {
  /// Nodes of the largest graph, class token included.
  var largestNodeCount: Int { nodeRanges.map(\.count).max() ?? 0 }

  /// Which rows of a padded batch hold a node.
  var mask: TokenMask { TokenMask(lengths: nodeRanges.map(\.count), tokenCount: largestNodeCount) }

  /// Rows of nodes as a padded batch: [1, nodes, size] to [graphs, largest, size], zeros for padding.
  func padded(_ rows: Tensor<Scalar>) -> Tensor<Scalar> {
    let (count, size) = (largestNodeCount, rows.shape[2])
    let places = nodeRanges.flatMap { range in
      (0..<count).map { $0 < range.count ? range.lowerBound + $0 : nodeCount }
    }
    // Padding takes the row of zeros behind the last node.
    let extended = rows.reshaped([nodeCount, size]).padded(axis: 0, before: 0, to: nodeCount + 1)
    return extended.gathered(places, axis: 0).reshaped([graphCount, count, size])
  }

  /// 1 for pairs of a query and a key that are joined, otherwise 0; [graphs, 1, largest, largest].
  var adjacency: Tensor<Scalar> {
    let count = largestNodeCount
    var elements = [Scalar](repeating: 0, count: graphCount * count * count)
    for (graph, range) in nodeRanges.enumerated() {
      for node in range {
        let row = (graph * count + node - range.lowerBound) * count
        for column in neighbourhoods.pattern.byRow.columns(of: node) {
          elements[row + Int(column) - range.lowerBound] = 1
        }
      }
    }
    return Tensor(shape: [graphCount, 1, count, count], elements: elements)
  }
}
