import EnergyTransformer

/// A model of a text after some updates: its losses, what it writes, and the changes of the energies of its tokens in the steps of a
/// descent.
func learnText(
  _ string: String, updates: Int
) throws -> (losses: [Double], written: String, changes: [TokenEnergyChange<Float>]) {
  let text = CharacterText(string)
  var block = EnergyTransformerConfiguration.learning(
    dimension: 32, headCount: 2, keySize: 16, memoryCount: 64)
  block.includesSelf = false  // a token sees those before it
  var random = RandomStream(seed: 1)
  let model = TextEnergyTransformer<Float>(
    .init(vocabularySize: text.vocabulary.count, contextLength: 32, block: block), using: &random)
  let descent = DescentSettings(steps: 3, stepSize: 1)

  let windows = TextWindows(text.symbols)
  var loop = TrainingLoop(
    model: model, optimizer: try GroupedOptimizer.energyTransformer(for: model),
    schedule: .warmUpThenCosine(peak: 1, warmUpUpdates: updates / 20, updateCount: updates),
    random: random)
  var losses: [Double] = []
  try loop.run(to: updates) { _, random in
    windows.random(count: 8, length: 32, using: &random)  // 33 symbols each
  } loss: { model, windows, _ in
    let logits = model(windows.map { Array($0.dropLast()) }, settings: descent)
    return crossEntropy(logits, labels: windows.flatMap { $0.dropFirst() })
  } onUpdate: {
    losses.append($0.loss)
  }

  var sequence = loop.model.generation(settings: descent)
  let sampling = SymbolSampling(temperature: 0.8, topK: 5)
  var written = [text.symbols[0]]
  while !sequence.isFull {
    let logits = sequence.next(after: written[written.count - 1])
    written.append(sampling.sample(logits, using: &random))
  }

  let window = Array(text.symbols.prefix(32))
  let results = loop.model.trace([window], settings: descent, recording: [.tokenEnergies])
  // One a step: the energies before it, their own and their net changes, [1, 32] each.
  let changes = results.flatMap(\.trajectory.tokenEnergyChanges)
  return (losses, text.vocabulary.text(of: written), changes)
}
