import EnergyTransformer
import Kit

/// A way to descend, with the settings it is tried with.
struct DescentMethod: Sendable {
  /// How the summary names it.
  let key: String
  /// How tables and figures name it.
  let label: String
  let candidates: [DescentCandidate]
}

/// A method with one choice of its settings.
struct DescentCandidate: Sendable {
  let settings: String
  let rule: any UpdateRule
  let stepSize: any StepSizeRule

  /// The descent of a block.
  func descent(
    _ block: EnergyTransformerBlock<Float>, steps: Int
  ) -> EnergyDescent<EnergySum<Float>, LayerNormLagrangian<Float>> {
    EnergyDescent(
      of: block.energy, lagrangian: block.norm, updateRule: rule, stepSize: stepSize,
      stop: .after(steps: steps), gradientPath: .detached)
  }
}

extension DescentCandidate {
  /// The steps that a model was trained with.
  init(trained: TrainedImageModel) {
    self.init(settings: "as trained", rule: .gradient, stepSize: .constant(trained.stepSize))
  }
}
