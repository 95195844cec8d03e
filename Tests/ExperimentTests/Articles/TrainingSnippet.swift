import EnergyTransformer

/// A block that takes noise from tokens: what it is shown, descended, is to be what it was before the noise.
struct Denoiser: Parameterized {
  var block: EnergyTransformerBlock<Float>

  mutating func visitParameters(_ visit: ParameterVisitor<Float>) { visit("block", &block) }

  func callAsFunction(_ noisy: Tensor<Float>) -> Tensor<Float> {
    block.descent(DescentSettings(steps: 4, stepSize: 0.3)).run(from: Tokens(noisy)).activations.values
  }
}

/// Trains to a number of updates, from the checkpoint at a path where there is one.
func trainDenoiser(to updates: Int, checkpoint path: String, resumes: Bool) throws -> Denoiser {
  var random = RandomStream(seed: 1)
  let sizes = EnergyTransformerConfiguration.learning(
    dimension: 16, headCount: 2, keySize: 8, memoryCount: 32)
  let model = Denoiser(block: EnergyTransformerBlock(sizes, using: &random))
  let whole = LayerNormLagrangian<Float>(dimension: 16)
    .activations(at: Tokens(.normal([8, 5, 16], using: &random))).values

  var loop = TrainingLoop(
    model: model, optimizer: try GroupedOptimizer.energyTransformer(for: model),
    schedule: .warmUpThenCosine(peak: 1, warmUpUpdates: 2, updateCount: 40), random: random)
  if resumes { try loop.restore(from: TrainingCheckpoint(contentsOf: path)) }
  try loop.run(to: updates, checkpoints: CheckpointPlan(every: 10, to: path)) { _, random in
    whole + Tensor<Float>.normal(whole.shape, standardDeviation: 0.5, using: &random)
  } loss: { model, noisy, _ in
    meanSquaredError(model(noisy), whole)
  }
  return loop.model
}
