/// When a descent stops.
///
/// A rule holds for a batch when it holds for every example.
public indirect enum StoppingRule: Sendable, Equatable {
  /// After a number of steps.
  case after(steps: Int)
  /// When a step changed the energy of every example by less than `below` in absolute value.
  case energyChange(below: Double)
  /// When a step changed every number of every token by less than `below`.
  ///
  /// Under a layer norm this seldom holds: while g is at rest, tokens drift on in directions that the norm removes.
  case tokenChange(below: Double)
  /// When no number of the gradient's part that moves activations is `below` or more: at rest in g, however the tokens
  /// drift on where the Lagrangian does not see it.
  case rest(below: Double)
  /// When one of the rules holds.
  case any([StoppingRule])
  /// When all of the rules hold.
  case all([StoppingRule])

  /// Whether the rule stops every descent after some number of steps.
  public var isBounded: Bool {
    switch self {
    case .after: true
    case .energyChange, .tokenChange, .rest: false
    case .any(let rules): rules.contains(where: \.isBounded)
    case .all(let rules): !rules.isEmpty && rules.allSatisfy(\.isBounded)
    }
  }

  /// Whether the rule looks at energies.
  var usesEnergy: Bool {
    switch self {
    case .after, .tokenChange, .rest: false
    case .energyChange: true
    case .any(let rules), .all(let rules): rules.contains(where: \.usesEnergy)
    }
  }

  /// Whether the rule looks at how far the tokens are from rest.
  var usesRest: Bool {
    switch self {
    case .after, .tokenChange, .energyChange: false
    case .rest: true
    case .any(let rules), .all(let rules): rules.contains(where: \.usesRest)
    }
  }

  /// The number of steps where the rule is nothing but a count.
  var stepsOnly: Int? { if case .after(let steps) = self { steps } else { nil } }

  /// Why the descent stops after `progress`, or nil.
  func reason(_ progress: DescentProgress) -> StopReason? {
    switch self {
    case .after(let steps): return progress.steps >= steps ? .steps(steps) : nil
    case .energyChange(let below):
      guard let change = progress.energyChange, change < below else { return nil }
      return .energyChange(change)
    case .tokenChange(let below):
      guard let change = progress.tokenChange, change < below else { return nil }
      return .tokenChange(change)
    case .rest(let below):
      guard let residual = progress.restResidual, residual < below else { return nil }
      return .rest(residual)
    case .any(let rules): return rules.lazy.compactMap { $0.reason(progress) }.first
    case .all(let rules):
      let reasons = rules.compactMap { $0.reason(progress) }
      return reasons.count == rules.count && !rules.isEmpty ? .all(reasons) : nil
    }
  }
}

/// What stopping rules look at.
struct DescentProgress {
  var steps: Int
  /// The largest change of an example's energy in the last step.
  var energyChange: Double?
  /// The largest number of the gradient's part that moves activations, after the last step.
  var restResidual: Double?
  /// The largest change of a token's number in the last step.
  var tokenChange: Double?
}
