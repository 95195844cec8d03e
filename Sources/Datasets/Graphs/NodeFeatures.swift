import Tensors

/// The features of the nodes of a TU set: labels one-hot, then attributes; degrees one-hot where there are neither.
struct NodeFeatures {
  /// [nodes, features].
  let values: Tensor<Float>
  /// What they are, such as `one-hot node labels (7)`.
  let description: String

  init(
    labels: TUNodeLabels?, attributes: (values: [Float], perLine: Int)?, neighbours: CompressedSparseRows,
    degreeCap: Int
  ) {
    let nodes = neighbours.rowCount
    var parts: [String] = []
    var hot = labels?.columns.map { (numbers: $0.numbers, width: $0.codes.count) } ?? []
    if let labels { parts.append(labels.description) }
    if let attributes { parts.append("node attributes (\(attributes.perLine))") }
    if labels == nil && attributes == nil {
      let degrees = (0..<nodes).map { neighbours.columns(of: $0).count }
      let width = min(degreeCap, degrees.max() ?? 0) + 1
      hot = [(degrees.map { min($0, width - 1) }, width)]
      parts.append("one-hot degrees 0 to \(width - 1), larger ones as the last (\(width))")
    }
    let hotWidth = hot.reduce(0) { $0 + $1.width }
    let width = hotWidth + (attributes?.perLine ?? 0)
    values = Tensor(shape: [nodes, width]) { out in
      out.update(repeating: 0, count: nodes * width)
      var first = 0
      for column in hot {
        for node in 0..<nodes { out[node * width + first + column.numbers[node]] = 1 }
        first += column.width
      }
      guard let attributes else { return }
      for node in 0..<nodes {
        for column in 0..<attributes.perLine {
          out[node * width + hotWidth + column] = attributes.values[node * attributes.perLine + column]
        }
      }
    }
    description = parts.joined(separator: ", ")
  }
}
