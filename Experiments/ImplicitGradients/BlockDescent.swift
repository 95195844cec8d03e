import EnergyTransformer

/// How the model's one block descends.
struct BlockDescent: Sendable {
  var settings: DescentSettings
  /// Whether each example finds its step sizes from the change of its gradient, within 1/10 and 100 of the first, that of the
  /// settings. The first should be small: where a step turns a token far around, its length no longer says how far it went.
  var adaptsSteps = false
  /// Whether the tokens of visible patches stay where they are, so that the others rest at what these say.
  var holdsVisible = false

  /// The descent of a model from some tokens, which may be part of the energy.
  ///
  /// - Parameter masked: 1 where the mask token stands in for a patch, [batch, patches].
  func descent(
    of model: ImageEnergyTransformer<Float>, from tokens: Tokens<Float>, masked: Tensor<Float>
  ) -> EnergyDescent<EnergySum<Float>, LayerNormLagrangian<Float>> {
    var descent = model.blocks[0].descent(settings, from: tokens)
    if adaptsSteps { descent.stepSize = .barzilaiBorwein(from: settings.stepSize, .short) }
    if holdsVisible {
      // The class token, before the patches, stands for no pixels and moves.
      let classToken = Tensor<Float>.ones([masked.shape[0], 1])
      descent.rates = Tensor.concatenated([classToken, masked], axis: 1).expanded(axis: 2)
    }
    return descent
  }

  /// Descends from patches with the mask token where `masked` is 1.
  func run(
    _ model: ImageEnergyTransformer<Float>, patches: Tensor<Float>, masked: Tensor<Float>
  ) -> DescentResult<Float> {
    let tokens = model.tokens(patches: patches, masked: masked)
    return descent(of: model, from: tokens, masked: masked).run(from: tokens)
  }
}
