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
  /// When one of the rules holds.
  case any([StoppingRule])
  /// When all of the rules hold.
  case all([StoppingRule])

  /// Whether the rule stops every descent after some number of steps.
  public var isBounded: Bool {
    switch self {
    case .after: true
    case .energyChange, .tokenChange: false
    case .any(let rules): rules.contains(where: \.isBounded)
    case .all(let rules): !rules.isEmpty && rules.allSatisfy(\.isBounded)
    }
  }

  /// Whether the rule looks at energies.
  var usesEnergy: Bool {
    switch self {
    case .after, .tokenChange: false
    case .energyChange: true
    case .any(let rules), .all(let rules): rules.contains(where: \.usesEnergy)
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
  /// The largest change of a token's number in the last step.
  var tokenChange: Double?
}
