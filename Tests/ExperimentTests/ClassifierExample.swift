import EnergyTransformer

struct DigitClassifier: Parameterized {  // a block inside a model of one's own
  static let grid = PatchGrid(height: 28, width: 28, channels: 1, patchSize: 7)
  var patches: Linear<Float>, positions: Embedding<Float>, stack: BlockStack<Float>, readOut: Linear<Float>

  init(using random: inout RandomStream) {
    patches = Linear(inputs: 49, outputs: 64, standardDeviation: 1 / 7, using: &random)
    positions = Embedding(count: 16, dimension: 64, standardDeviation: 1, using: &random)
    let block = EnergyTransformerConfiguration.learning(
      dimension: 64, headCount: 4, keySize: 16, memoryCount: 256)
    stack = BlockStack(block, using: &random)
    readOut = Linear(inputs: 64, outputs: 10, using: &random)
  }

  mutating func visitParameters(_ visit: ParameterVisitor<Float>) {
    visit("patches", &patches)
    visit("positions", &positions)
    visit("blocks", &stack)
    visit("readOut", &readOut)
  }

  func callAsFunction(_ images: Tensor<Float>) -> Tensor<Float> {
    let tokens = Tokens(patches(Self.grid.patches(of: images)) + positions.table)
    let descent = stack.descend(from: tokens, settings: DescentSettings(steps: 4, stepSize: 0.3))
    return readOut(descent.activations.values.mean(axes: [1]))
  }
}

func trainDigits(updates: Int) throws -> Double {  // the accuracy on 1,000 test digits
  let (training, test) = (try EmbeddedDigits.train(), try EmbeddedDigits.test())
  let normalization = PixelNormalization(measuring: training)
  func images(_ batch: ImageBatch) -> Tensor<Float> {
    Tensor(shape: [batch.indices.count, 28, 28, 1], elements: normalization.values(of: batch.pixels))
  }
  var random = RandomStream(seed: 1)
  let model = DigitClassifier(using: &random)
  var loop = TrainingLoop(
    model: model, optimizer: try GroupedOptimizer.energyTransformer(for: model),
    schedule: .warmUpThenCosine(peak: 1, warmUpUpdates: updates / 20, updateCount: updates), random: random)
  try loop.run(to: updates) { _, random in
    training.batch(at: (0..<32).map { _ in random.integer(below: training.count) })
  } loss: { model, batch, _ in
    crossEntropy(model(images(batch)), labels: batch.labels ?? [])
  }
  let all = test.batch(at: Array(0..<test.count))
  let right = zip(loop.model(images(all)).argmax(), all.labels ?? []).count { $0 == $1 }
  return Double(right) / Double(test.count)
}
