import Baselines
import EnergyTransformer
import Kit

/// The sizes of the energy model that the options ask for, and those of the others, which have as many parameters.
struct NetworkSizes: Sendable {
  let symbolCount: Int
  let isCausal: Bool
  let model: ModelOptions

  /// The energy model.
  var energy: TextEnergyTransformerConfiguration {
    var block = model.block
    (block.includesSelf, block.learnsBeta) = (model.selfKey, model.learnedBeta)
    block.usesBilinearAttention = model.bilinear
    (block.learnedSteps, block.learnedStepCount) = (model.learnedSteps, model.steps)
    (block.attentionDeviation, block.memoryDeviation) = (model.weightDeviation, model.weightDeviation)
    var found = TextEnergyTransformerConfiguration(
      vocabularySize: symbolCount, contextLength: model.context, block: block)
    (found.blockCount, found.isCausal) = (model.blocks, isCausal)
    (found.tiesHead, found.dropout) = (model.tiedHead, model.dropout)
    // Logits that are products with an embedding must not begin large.
    let deviation = model.tiedHead ? 1 / Double(model.dimension).squareRoot() : 1
    found.embeddingDeviation = model.embeddingDeviation ?? deviation
    found.positionDeviation = model.positionDeviation ?? found.embeddingDeviation / 2
    return found
  }

  /// A conventional transformer that applies blocks as often as the energy model takes steps.
  ///
  /// - Parameter isShared: Whether it is one block every time; otherwise the blocks are narrower.
  func conventional(isShared: Bool) -> ConventionalTextConfiguration {
    var found = ConventionalTextConfiguration(
      symbolCount: symbolCount, contextLength: model.context, dimension: model.dimension,
      headCount: model.heads, keySize: model.keySize, hiddenSize: 1, depth: model.steps * model.blocks)
    (found.sharesBlock, found.isCausal) = (isShared, isCausal)
    (found.tiesHead, found.dropout) = (model.tiedHead, model.dropout)
    let count = energy.parameterCount
    let narrower = found.withDimension(closestTo: count)
    guard isShared else { return narrower }
    // Its attention has twice the matrices: where memories are few, tokens of the same size are too many parameters.
    let same = found.withHiddenSize(closestTo: count)
    return abs(same.parameterCount - count) <= max(count / 100, abs(narrower.parameterCount - count))
      ? same : narrower
  }

  /// A recurrent network.
  var recurrent: RecurrentTextConfiguration {
    RecurrentTextConfiguration(
      symbolCount: symbolCount, embeddingSize: min(64, model.dimension), size: 1, dropout: model.dropout
    ).withSize(closestTo: energy.parameterCount)
  }

  /// How tokens of the energy model descend.
  var settings: DescentSettings { model.descent }

  /// The same length of a descent in a third of the steps, which costs a third.
  var shortSettings: DescentSettings {
    let steps = max(1, model.steps / 3)
    return DescentSettings(
      steps: steps, stepSize: model.stepSize * Double(model.steps) / Double(steps))
  }
}

/// How a network of one of the methods is made, and what learns it.
struct NetworkRecipe<Network: TextNetwork> {
  /// A network with random weights.
  let make: (_ random: RandomStream) -> Network
  /// Muon for matrices, AdamW for everything else.
  let optimizer: (Network, Setting) throws -> GroupedOptimizer<Float>
}

extension NetworkRecipe where Network == TextEnergyTransformer<Float> {
  static func energy(_ sizes: NetworkSizes) -> NetworkRecipe {
    NetworkRecipe(
      make: { random in
        var random = random
        return TextEnergyTransformer(sizes.energy, using: &random)
      },
      optimizer: { network, setting in
        try GroupedOptimizer.energyTransformer(
          for: network, matrixRate: setting.muonRate, rate: setting.rate, weightDecay: setting.weightDecay)
      })
  }
}

extension NetworkRecipe where Network == ConventionalTextTransformer<Float> {
  static func conventional(_ sizes: NetworkSizes, isShared: Bool) -> NetworkRecipe {
    NetworkRecipe(
      make: { ConventionalTextTransformer(sizes.conventional(isShared: isShared), random: $0) },
      optimizer: { try $0.matricesByMuon($1) { $0.hasPrefix("blocks.") } })
  }
}

extension NetworkRecipe where Network == RecurrentTextModel<Float> {
  static func recurrent(_ sizes: NetworkSizes) -> NetworkRecipe {
    NetworkRecipe(
      make: { RecurrentTextModel(sizes.recurrent, random: $0) },
      optimizer: { try $0.matricesByMuon($1) { $0.hasPrefix("network.") } })
  }
}

extension TextNetwork {
  /// Muon for the matrices of its inner part, AdamW for everything else, whose head decays: as the energy model is learned.
  fileprivate func matricesByMuon(
    _ setting: Setting, ofPart isInner: (String) -> Bool
  ) throws -> GroupedOptimizer<Float> {
    let matrices = zip(parameters.names, parameters.values).filter { $1.rank == 2 }.map(\.0)
    return try .matricesByMuon(
      ParameterSelection(names: matrices.filter(isInner)), for: self,
      decayingOthers: ParameterSelection(names: matrices.filter { $0 == "head.weight" }),
      matrixRate: setting.muonRate, rate: setting.rate, weightDecay: setting.weightDecay)
  }
}
