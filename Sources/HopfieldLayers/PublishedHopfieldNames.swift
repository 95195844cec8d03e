import Tensors

/// The arrays in which the published package keeps the parameters of an association.
struct PublishedHopfieldNames {
  let configuration: HopfieldConfiguration
  /// The prefix of the names, with its dot.
  let prefix: String
  /// Whether the three projections lie in one array.
  let isPacked: Bool

  init<Scalar>(
    _ configuration: HopfieldConfiguration, prefix: String, in arrays: PublishedHopfieldWeights<Scalar>
  ) {
    self.configuration = configuration
    self.prefix = prefix
    isPacked = arrays.contains("\(prefix)association_core.in_proj_weight")
  }

  /// Arrays that may be there without a use: biases of stored patterns, which the package keeps but never
  /// stores.
  var unused: [String] {
    ["bias_k", "bias_v"].map { "\(prefix)association_core.\($0)" }
  }

  /// The array of a parameter of ``HopfieldAssociation``; nil for beta, which the package does not learn.
  func array(of parameter: String) -> PublishedArray? {
    let parts = parameter.split(separator: ".").map(String.init)
    guard parts.count == 2 else { return nil }
    let core = "\(prefix)association_core."
    switch (parts[0], parts[1]) {
    case ("stateNorm", let kind): return PublishedArray("\(prefix)norm_state_pattern.\(normName(kind))")
    case ("storedNorm", let kind): return PublishedArray("\(prefix)norm_stored_pattern.\(normName(kind))")
    case ("valueNorm", let kind): return PublishedArray("\(prefix)norm_pattern_projection.\(normName(kind))")
    case ("headNorm", let kind): return PublishedArray("\(core)p_norm_\(normName(kind))")
    case ("biasPattern", let kind): return PublishedArray("\(core)\(kind == "key" ? "bias_k" : "bias_v")")
    case ("output", let kind): return PublishedArray("\(core)out_proj.\(kind)")
    case (let projection, "bias"):
      // The values' part is there whether they are projected or not.
      return PublishedArray("\(core)in_proj_bias", rows: rows(of: projection), of: valueRows.upperBound)
    case (let projection, _):
      guard isPacked else { return PublishedArray("\(core)\(projection.prefix(1))_proj_weight") }
      let count = configuration.values == .independent ? valueRows.upperBound : keyRows.upperBound
      return PublishedArray("\(core)in_proj_weight", rows: rows(of: projection), of: count)
    }
  }

  private func normName(_ kind: String) -> String { kind == "gain" ? "weight" : "bias" }

  private func rows(of projection: String) -> Range<Int> {
    switch projection {
    case "query": queryRows
    case "key": keyRows
    default: valueRows
    }
  }

  private var queryRows: Range<Int> { 0..<(configuration.projectsStates ? configuration.width : 0) }
  private var keyRows: Range<Int> {
    let start = queryRows.upperBound
    return start..<start + (configuration.projectsStored ? configuration.width : 0)
  }
  private var valueRows: Range<Int> {
    let start = keyRows.upperBound
    return start..<start + configuration.valueWidth
  }
}

/// The array, or the rows of one, that holds a parameter in a saved state of the published package.
struct PublishedArray {
  /// The name of the array.
  let name: String
  /// Which rows of it are the parameter; nil for all.
  var rows: Range<Int>?
  /// How many rows the array has then.
  var rowCount = 0

  init(_ name: String) { self.name = name }

  init(_ name: String, rows: Range<Int>, of rowCount: Int) {
    self.name = name
    self.rows = rows
    self.rowCount = rowCount
  }
}
