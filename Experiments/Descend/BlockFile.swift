import EnergyTransformer

/// A block, the tokens it starts from and how it descends, as files and options give them.
struct BlockFile<Scalar: TensorScalar> {
  /// Where the weights came from.
  let path: String
  let block: EnergyTransformerBlock<Scalar>
  let tokens: Tokens<Scalar>
  let settings: DescentSettings
  let epsilon: Double

  /// Reads and checks everything; an option that is given goes before the file's metadata.
  ///
  /// - Parameter tokensPath: The weights' file when nil.
  init(
    weights weightsPath: String, tokens tokensPath: String?, steps: Int?, stepSize: Double?, epsilon: Double?
  ) throws {
    path = weightsPath
    var weights = NamedArrays<Scalar>(try SafetensorsFile.read(path: path))
    /// A number of the metadata, or nil where the file has none of this name.
    func metadata<Number: LosslessStringConvertible>(
      _ key: String, _ expected: String, where fits: (Number) -> Bool
    ) throws -> Number? {
      guard let text = weights.metadata[key] else { return nil }
      if let number = Number(text), fits(number) { return number }
      throw FileFormatError(
        file: weightsPath, field: "__metadata__, \"\(key)\"", expected: expected, found: "\"\(text)\"")
    }
    let range = BlockFile<Double>.stepRange
    let steps =
      try steps ?? metadata("steps", "a whole number from 0 to \(range.upperBound)", where: range.contains)
      ?? 12
    let stepSize =
      try stepSize ?? metadata("alpha", "a finite number of at least 0") { $0 >= 0 && $0.isFinite } ?? 0.1
    self.epsilon =
      try epsilon ?? metadata("eps", "a finite number above 0") { $0 > 0 && $0.isFinite } ?? 1e-5
    settings = DescentSettings(steps: steps, stepSize: stepSize, gradientPath: .detached)

    let queries = try weights.tensor("Wq", shape: ["heads", "key size", "dimension"])
    let (heads, keySize, size) = (queries.shape[0], queries.shape[1], queries.shape[2])
    block = EnergyTransformerBlock(
      norm: LayerNormLagrangian(
        gamma: try weights.number("gamma"), delta: try weights.tensor("delta", shape: [size]),
        epsilon: Scalar(self.epsilon)),
      attention: AttentionEnergy(
        queryWeights: queries, keyWeights: try weights.tensor("Wk", shape: [heads, keySize, size])),
      memory: HopfieldEnergy(memories: try weights.tensor("Xi", shape: [.init(size), "memories"])))
    var source = try tokensPath.map { NamedArrays<Scalar>(try SafetensorsFile.read(path: $0)) } ?? weights
    tokens = Tokens(try source.tensor("x", shape: ["batch", "tokens", .init(size)]))
  }

  /// What the output says about how it came about.
  var metadata: [String: String] {
    ["steps": "\(settings.steps)", "alpha": "\(settings.stepSize)", "eps": "\(epsilon)"]
  }
}

extension BlockFile<Double> {
  /// The numbers of steps that are accepted; every step is kept.
  static var stepRange: ClosedRange<Int> { 0...100_000 }
}
