public import ArrayFiles
import Tensors

extension HopfieldEncoderLayer {
  /// The layer with the weights of `HopfieldEncoderLayer` of the published package: those of the association
  /// after `hopfield_association.`, `linear_residual`, `linear_output`, `norm_residual`, `norm_output`.
  ///
  /// - Throws: `NamedArrayError` for an array that is missing, has another shape, or has no place in
  ///   the layer.
  public func with(published arrays: NamedArrays<Scalar>) throws -> HopfieldEncoderLayer {
    var weights = PublishedHopfieldWeights(arrays)
    let names = PublishedHopfieldNames(
      association.configuration, prefix: "hopfield_association.", in: weights)
    let filled = try weights.fill(self) { parameter in
      if let own = parameter.after("association.") { return names.array(of: own) }
      return publishedNetworkArray(parameter, norms: ["norm": "norm_residual"])
    }
    try weights.finish(ignoring: names.unused)
    return filled
  }
}

extension HopfieldDecoderLayer {
  /// The layer with the weights of `HopfieldDecoderLayer` of the published package: those of the associations
  /// after `hopfield_association_self.` and `hopfield_association_cross.`, `linear_residual`,
  /// `linear_output`, `norm_residual_self`, `norm_residual_cross`, `norm_output`.
  ///
  /// - Throws: `NamedArrayError` for an array that is missing, has another shape, or has no place in
  ///   the layer.
  public func with(published arrays: NamedArrays<Scalar>) throws -> HopfieldDecoderLayer {
    var weights = PublishedHopfieldWeights(arrays)
    let ownNames = PublishedHopfieldNames(
      own.configuration, prefix: "hopfield_association_self.", in: weights)
    let crossNames = PublishedHopfieldNames(
      cross.configuration, prefix: "hopfield_association_cross.", in: weights)
    let filled = try weights.fill(self) { parameter in
      if let name = parameter.after("own.") { return ownNames.array(of: name) }
      if let name = parameter.after("cross.") { return crossNames.array(of: name) }
      return publishedNetworkArray(
        parameter, norms: ["ownNorm": "norm_residual_self", "crossNorm": "norm_residual_cross"])
    }
    try weights.finish(ignoring: ownNames.unused + crossNames.unused)
    return filled
  }
}

/// The array of a parameter beside the associations of an encoder or decoder layer; nil for other parameters.
private func publishedNetworkArray(
  _ parameter: String, norms: [String: String]
) -> PublishedArray? {
  let parts = parameter.split(separator: ".").map(String.init)
  let published = norms.merging(
    ["network.first": "linear_residual", "network.second": "linear_output", "network.norm": "norm_output"]
  ) { first, _ in first }
  let kinds = ["weight": "weight", "gain": "weight", "bias": "bias"]
  guard let array = published[parts.dropLast().joined(separator: ".")], let last = parts.last,
    let kind = kinds[last]
  else { return nil }
  return PublishedArray("\(array).\(kind)")
}

extension String {
  /// What follows a prefix; nil without the prefix.
  fileprivate func after(_ prefix: String) -> String? {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
  }
}
