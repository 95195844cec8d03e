import EnergyTransformer
import Measurements

/// A block on images or sets of tokens, as a user of the library writes it.
struct OwnBlock: OwnWork {
  private let block: EnergyTransformerBlock<Float>
  private let tokens: Tokens<Float>
  private let target: Tensor<Float>
  private let settings: DescentSettings
  private let pairs: TokenPairs<Float>
  /// As it is, with the closed forms put aside, or with a term of a user's.
  private let variant: Variant

  /// Takes Wq, Wk, Xi, gamma, delta, x and target from a file.
  ///
  /// - Parameter isCausal: Whether every token descends an energy of its own over the tokens before it, itself left out.
  init(_ file: SafetensorsFile, steps: Int, stepSize: Double, isCausal: Bool, variant: Variant) throws {
    func tensor(_ name: String) throws -> Tensor<Float> { try Tensor(file.array(named: name)) }
    block = EnergyTransformerBlock(
      norm: LayerNormLagrangian(gamma: try tensor("gamma"), delta: try tensor("delta")),
      attention: AttentionEnergy(
        queryWeights: try tensor("Wq"), keyWeights: try tensor("Wk"), includesSelf: !isCausal),
      memory: HopfieldEnergy(memories: try tensor("Xi")))
    tokens = Tokens(try tensor("x"))
    target = try tensor("target")
    settings = DescentSettings(steps: steps, stepSize: stepSize)
    pairs = isCausal ? .causal : .all()
    self.variant = variant
  }

  func run(_ work: Work) throws {
    switch work {
    case .forward: _ = try forward()
    case .training: _ = try training()
    }
  }

  func results(of work: Work) throws -> [(name: String, array: StoredArray)] {
    switch work {
    case .forward:
      let result = try forward()
      return [
        ("tokens", StoredArray(result.activations.values)), ("energies", Self.energiesBeforeSteps(result)),
      ]
    case .training:
      let (loss, gradient) = try training()
      return Self.named(loss, gradient)
    }
  }

  private func forward() throws -> DescentResult<Float> {
    try Self.finite(descended(block, from: tokens, recording: [.energiesBeforeSteps]))
  }

  private func training() throws -> (value: Tensor<Float>, gradient: ParameterValues<Float>) {
    if variant == .ownGeneric {
      return try valueWithGradient(at: block) { block in
        meanSquaredError(try Self.finite(descended(block, from: tokens)).activations.values, target)
      }
    }
    // As the training loop does: some examples at a time, forward and backward.
    let batch = target.shape[0]
    return try valueWithGradient(at: block, exampleCount: batch, pieceSize: max(1, batch / 8)) {
      block, examples in
      let part = Tokens(tokens.values.sliced(axis: 0, examples))
      let result = try Self.finite(descended(block, from: part))
      return (result.activations.values - target.sliced(axis: 0, examples)).squared().sum()
        / Float(target.count)
    }
  }

  private func descended(
    _ block: EnergyTransformerBlock<Float>, from tokens: Tokens<Float>, recording: [Recording<Float>] = []
  ) -> DescentResult<Float> {
    func descended(_ energy: some Energy<Float>) -> DescentResult<Float> {
      EnergyDescent(
        of: energy, lagrangian: block.norm, stepSize: .constant(settings.stepSize),
        stop: .after(steps: settings.steps), gradientPath: settings.gradientPath
      ).run(from: tokens, recording: recording)
    }
    return switch variant {
    case .ownGeneric: descended(DifferentiatedEnergy(block.energy(over: pairs)))
    case .ownTerm: descended(block.energy(over: pairs) + Quartic())
    default: block.descent(settings, over: pairs).run(from: tokens, recording: recording)
    }
  }
}

/// An elementwise energy as a user writes it, E = sum g⁴ / 100: one method, no derivative.
private struct Quartic: Energy {
  func energy(at g: Activations<Float>) -> Tensor<Float> {
    g.realValues.squared().squared().sum(axes: [1, 2]) * 0.01
  }
}
