import EnergyTransformer
import Measurements

/// A causal model of text that continues the sequence of a file from its caches of keys, as a user of the library writes it.
///
/// Of every turn's logits the most probable symbol is drawn; what is given next is the file's own symbol, so that rounding cannot
/// lead two systems apart.
struct OwnTextGeneration: OwnWork {
  private let model: TextEnergyTransformer<Float>
  private let symbols: [Int]
  private let settings: DescentSettings

  /// Takes the arrays of ``TextProblemFile`` from a file.
  init(_ file: SafetensorsFile, steps: Int, stepSize: Double) throws {
    func tensor(_ name: String) throws -> Tensor<Float> { try Tensor(file.array(named: name)) }
    let (table, positions) = (try tensor("table"), try tensor("positions"))
    let (queries, memories) = (try tensor("Wq"), try tensor("Xi"))
    var sizes = EnergyTransformerConfiguration(
      dimension: table.shape[1], headCount: queries.shape[0], keySize: queries.shape[1],
      memoryCount: memories.shape[1])
    sizes.includesSelf = false
    var unused = RandomStream(seed: 0)
    var model = TextEnergyTransformer<Float>(
      TextEnergyTransformerConfiguration(
        vocabularySize: table.shape[0], contextLength: positions.shape[0], block: sizes), using: &unused)
    (model.embedding.table, model.positions) = (table, positions)
    model.stack.blocks[0] = EnergyTransformerBlock(
      norm: LayerNormLagrangian(gamma: try tensor("gamma"), delta: try tensor("delta")),
      attention: AttentionWeights(queryWeights: queries, keyWeights: try tensor("Wk")),
      memory: HopfieldEnergy(memories: memories), includesSelf: false)
    (model.norm.gain, model.norm.bias) = (try tensor("norm_gain"), try tensor("norm_bias"))
    (model.headWeight, model.headBias) = (try tensor("head"), try tensor("head_bias"))
    self.model = model
    symbols = try file.array(named: "symbols").integers()
    guard symbols.count <= positions.shape[0], symbols.allSatisfy((0..<table.shape[0]).contains) else {
      throw WorkerFault(
        "\(file.path): at most \(positions.shape[0]) symbols in 0 ..< \(table.shape[0]) were expected")
    }
    settings = DescentSettings(steps: steps, stepSize: stepSize)
  }

  func run(_ work: Work) throws { _ = try logits(work) }

  func results(of work: Work) throws -> [(name: String, array: StoredArray)] {
    let rows = try logits(work).map { $0.reshaped([1, $0.count]) }
    return [("logits", StoredArray(Tensor.concatenated(rows, axis: 0)))]
  }

  /// Of every position, [symbols].
  private func logits(_ work: Work) throws -> [Tensor<Float>] {
    guard work == .forward else { throw WorkerFault("a sequence is continued forward, not in training") }
    var generation = model.generation(settings: settings)
    var random = RandomStream(seed: 0)
    return symbols.map { symbol in
      let found = generation.next(after: symbol)
      _ = SymbolSampling.greedy.sample(found, using: &random)
      return found
    }
  }
}
