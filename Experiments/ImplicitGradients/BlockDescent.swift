import EnergyTransformer

/// How the model's one block descends.
struct BlockDescent: Sendable {
  var settings: DescentSettings
  /// Whether each example finds its step sizes from the change of its gradient, within 1/10 and 100 of the first, that of the
  /// settings. The first should be small: where a step turns a token far around, its length no longer says how far it went.
  var adaptsSteps = false

  /// The descent of a model from some tokens, which may be part of the energy.
  func descent(
    of model: ImageEnergyTransformer<Float>, from tokens: Tokens<Float>
  ) -> EnergyDescent<EnergySum<Float>, LayerNormLagrangian<Float>> {
    var descent = model.blocks[0].descent(settings, from: tokens)
    if adaptsSteps { descent.stepSize = .barzilaiBorwein(from: settings.stepSize, .short) }
    return descent
  }

  /// Descends from patches with the mask token where `masked` is 1.
  func run(
    _ model: ImageEnergyTransformer<Float>, patches: Tensor<Float>, masked: Tensor<Float>
  ) -> DescentResult<Float> {
    let tokens = model.tokens(patches: patches, masked: masked)
    return descent(of: model, from: tokens).run(from: tokens)
  }
}
