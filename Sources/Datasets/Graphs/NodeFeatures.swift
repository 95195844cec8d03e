import Tensors

/// The features of the nodes of a TU set: labels one-hot, then attributes; degrees one-hot where there are neither.
struct NodeFeatures {
  /// [nodes, features].
  let values: Tensor<Float>
  /// What they are, such as `one-hot node labels (7)`.
  let description: String

  init(
    labels: NumberedCodes?, attributes: (values: [Float], perLine: Int)?, neighbours: CompressedSparseRows,
    degreeCap: Int
  ) {
    let nodes = neighbours.rowCount
    var parts: [String] = []
    var (hot, hotCount) = (labels?.numbers, labels?.codes.count ?? 0)
    if labels != nil { parts.append("one-hot node labels (\(hotCount))") }
    if let attributes { parts.append("node attributes (\(attributes.perLine))") }
    if labels == nil && attributes == nil {
      let degrees = (0..<nodes).map { neighbours.columns(of: $0).count }
      hotCount = min(degreeCap, degrees.max() ?? 0) + 1
      hot = degrees.map { min($0, hotCount - 1) }
      parts.append("one-hot degrees 0 to \(hotCount - 1), larger ones as the last (\(hotCount))")
    }
    let width = hotCount + (attributes?.perLine ?? 0)
    values = Tensor(shape: [nodes, width]) { out in
      out.update(repeating: 0, count: nodes * width)
      for node in 0..<nodes {
        if let hot { out[node * width + hot[node]] = 1 }
        guard let attributes else { continue }
        for column in 0..<attributes.perLine {
          out[node * width + hotCount + column] = attributes.values[node * attributes.perLine + column]
        }
      }
    }
    description = parts.joined(separator: ", ")
  }
}
