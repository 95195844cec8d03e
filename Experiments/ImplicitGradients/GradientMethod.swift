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
  func descent(_ model: ModelOptions, _ rest: RestOptions) -> BlockDescent {
    switch self {
    case .implicit: return rest.descent(.implicit(rest.solve))
    case .truncated: return rest.descent(.truncated(steps: 1))
    case .unrolled:
      var settings = model.descent
      settings.inputStrength = rest.inputStrength
      return BlockDescent(settings: settings, holdsVisible: rest.holdVisible)
    case .unrolledWithoutInput: return BlockDescent(settings: model.descent)
    }
  }
}
