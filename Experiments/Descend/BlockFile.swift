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
    let weights = try CheckedArrays(path: weightsPath)
    let range = BlockFile<Double>.stepRange
    let steps =
      try steps ?? weights.metadata(
        "steps", "a whole number from 0 to \(range.upperBound)", where: range.contains)
      ?? 12
    let stepSize =
      try stepSize
      ?? weights.metadata("alpha", "a finite number of at least 0") { (value: Double) in
        value >= 0 && value.isFinite
      } ?? 0.1
    self.epsilon =
      try epsilon
      ?? weights.metadata("eps", "a finite number above 0") { (value: Double) in value > 0 && value.isFinite }
      ?? 1e-5
    settings = DescentSettings(steps: steps, stepSize: stepSize, gradientPath: .detached)

    let queries: Tensor<Scalar> = try weights.tensor("Wq", ["heads", "key size", "dimension"])
    let (heads, keySize, size) = (queries.shape[0], queries.shape[1], queries.shape[2])
    block = EnergyTransformerBlock(
      norm: LayerNormLagrangian(
        gamma: try weights.scalar("gamma"), delta: try weights.tensor("delta", [.init(size)]),
        epsilon: Scalar(self.epsilon)),
      attention: AttentionEnergy(
        queryWeights: queries,
        keyWeights: try weights.tensor("Wk", [.init(heads), .init(keySize), .init(size)])),
      memory: HopfieldEnergy(memories: try weights.tensor("Xi", [.init(size), "memories"])))
    let source = try tokensPath.map { try CheckedArrays(path: $0) } ?? weights
    tokens = Tokens(try source.tensor("x", ["batch", "tokens", .init(size)]))
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
