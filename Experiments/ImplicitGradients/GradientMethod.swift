import EnergyTransformer
import Kit

/// The ways to train that are compared.
enum GradientMethod: String, CaseIterable {
  /// The derivative of the rest, by the implicit function theorem.
  case implicit
  /// The derivative of every step of the usual descent, which does not come to rest.
  case unrolled
  /// The derivative of one step from the rest.
  case truncated
  /// As `unrolled`, without the input in the energy: how the published models are trained.
  case unrolledWithoutInput = "unrolled_without_input"

  var title: String {
    switch self {
    case .implicit: "implicit"
    case .unrolled: "unrolled"
    case .truncated: "truncated to one step"
    case .unrolledWithoutInput: "unrolled, input not in the energy"
    }
  }

  /// Whether its descent is to come to rest.
  var rests: Bool { self == .implicit || self == .truncated }

  /// How its model descends, in training and when it is judged.
  func settings(_ model: ModelOptions, _ rest: RestOptions) -> DescentSettings {
    switch self {
    case .implicit: return rest.settings(.implicit(rest.solve))
    case .truncated: return rest.settings(.truncated(steps: 1))
    case .unrolled:
      var settings = model.descent
      settings.inputStrength = rest.inputStrength
      return settings
    case .unrolledWithoutInput: return model.descent
    }
  }
}

extension ImageEnergyTransformer<Float> {
  /// The descent of the model's one block, with what a stack of blocks does not tell: how many steps it took.
  func descended(
    patches: Tensor<Float>, masked: Tensor<Float>, _ settings: DescentSettings
  ) -> DescentResult<Float> {
    let tokens = tokens(patches: patches, masked: masked)
    return blocks[0].descent(settings, from: tokens).run(from: tokens)
  }
}
