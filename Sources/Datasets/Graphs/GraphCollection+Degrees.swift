import Tensors

extension GraphCollection {
  /// Whether nodes have labels or attributes; without them their features are degrees already.
  package var hasOwnFeatures: Bool { !featureDescription.hasPrefix("one-hot degrees") }

  /// The same graphs with one-hot degrees behind the features; all degrees from `cap` on share the last.
  package func withDegrees(upTo cap: Int) -> GraphCollection {
    let width = cap + 1
    var hot = [Float](repeating: 0, count: nodeCount * width)
    for node in 0..<nodeCount { hot[node * width + min(cap, neighbours.columns(of: node).count)] = 1 }
    return GraphCollection(
      name: name, source: source,
      features: .concatenated([features, Tensor(shape: [nodeCount, width], elements: hot)], axis: 1),
      featureDescription: "\(featureDescription), one-hot degrees 0 to \(cap)", neighbours: neighbours,
      nodeStarts: nodeStarts, labels: labels, classNames: classNames, nodeLabels: nodeLabels,
      testParts: testParts)
  }
}
