/// Why a descent stopped.
public indirect enum StopReason: Sendable, Equatable, CustomStringConvertible {
  /// It took the number of steps that was asked for.
  case steps(Int)
  /// The energy of every example changed by no more than this in the last step.
  case energyChange(Double)
  /// No number of a token changed by more than this in the last step.
  case tokenChange(Double)
  /// No number of the gradient's part that moves activations was larger than this.
  case rest(Double)
  /// All of several rules held.
  case all([StopReason])
  /// A step led to tokens or to an energy that is not finite; the tokens before that step are kept. Step 0 is the
  /// start. `part` is the part of the energy that is not finite or whose gradient is not, otherwise
  /// "activations" or "tokens".
  case nonFinite(step: Int, part: String)

  /// A step moved a token so far that the square of the length by which the norm divides it overflows; the tokens before
  /// that step are kept. Activations and energies would still be right, but the descent runs away.
  case overflow(step: Int)

  /// Whether every number of the descent is finite, and so are the squares of its norm.
  public var isFinite: Bool {
    switch self {
    case .nonFinite, .overflow: false
    case .steps, .energyChange, .tokenChange, .rest, .all: true
    }
  }

  public var description: String {
    switch self {
    case .steps(let count): "took all \(count) steps"
    case .energyChange(let change): "the energy changed by at most \(change)"
    case .tokenChange(let change): "the tokens changed by at most \(change)"
    case .rest(let residual): "at rest: no number of the tangential gradient is above \(residual)"
    case .all(let reasons): reasons.map(\.description).joined(separator: " and ")
    case .nonFinite(0, let part): "\(part) is infinite or not a number at the start"
    case .nonFinite(let step, let part):
      "step \(step) made \(part) infinite or not a number: try a smaller step size or backtracking"
    case .overflow(let step):
      "step \(step) moved tokens so far that the squares of the norm overflow: try a smaller step size or backtracking"
    }
  }
}
