import EnergyTransformer

/// Learned anchors pull on every token: E = - Σ over tokens and anchors of strength · max(anchor · g, 0).
struct Anchors: Energy {
  var anchors: Tensor<Float>  // [anchors, dimension]
  var strength: Tensor<Float>  // [anchors]

  func energy(at g: Activations<Float>) -> Tensor<Float> {
    -(g.realValues.projected(by: anchors, transposed: true).relu() * strength).sum(axes: [1, 2])
  }

  mutating func visitParameters(_ visit: ParameterVisitor<Float>) {
    visit("anchors", &anchors)
    visit("strength", &strength)
  }
}

/// A block with the energy of one's own beside its two, all of it trained through the descent.
struct AnchoredBlock: Parameterized {
  var block: EnergyTransformerBlock<Float>
  var anchors: Anchors

  mutating func visitParameters(_ visit: ParameterVisitor<Float>) {
    visit("block", &block)
    visit("anchors", &anchors)
  }

  func callAsFunction(_ x: Tensor<Float>) -> DescentResult<Float> {
    EnergyDescent(
      of: block.energy + anchors, lagrangian: block.norm, stepSize: .constant(0.1), stop: .after(steps: 4)
    ).run(from: Tokens(x))
  }
}

func trainAnchors(updates: Int) throws -> (first: Double, last: Double) {
  var random = RandomStream(seed: 2)
  let sizes = EnergyTransformerConfiguration.learning(
    dimension: 16, headCount: 2, keySize: 8, memoryCount: 32)
  let model = AnchoredBlock(
    block: EnergyTransformerBlock(sizes, using: &random),
    anchors: Anchors(
      anchors: .normal([6, 16], standardDeviation: 0.1, using: &random), strength: .ones([6])))
  let whole = Tensor<Float>.normal([8, 5, 16], using: &random)
  var losses: [Double] = []
  var loop = TrainingLoop(model: model, optimizer: AdamW<Float>(), schedule: .constant(0.01), random: random)
  try loop.run(to: updates) { _, random in
    whole + Tensor<Float>.normal(whole.shape, standardDeviation: 0.5, using: &random)
  } loss: { model, noisy, _ in
    (model(noisy).tokens.values - whole).squared().mean()
  } onUpdate: {
    losses.append($0.loss)
  }
  return (losses[0], losses[losses.count - 1])
}
