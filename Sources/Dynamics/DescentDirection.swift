import Energies
import Tensors

/// What the update rule of a descent is given as its gradient.
///
/// M = dg/dx is the Hessian of the Lagrangian and P the projector onto what activations can move in. A layer norm, for one, does
/// not see a token's mean and length: there dE/dg moves x and not g, so that tokens run away and steps in g become ever shorter.
public enum DescentDirection: String, Sendable, CaseIterable, CustomStringConvertible {
  /// dE/dg: the flow of the papers.
  ///
  /// Guarantee: for small alpha the energy falls at the rate (dE/dg)ᵀ M (dE/dg).
  case gradient
  /// P dE/dg, and after each step the tokens are brought back to the middle of what the Lagrangian does not see,
  /// which leaves activations where they are up to the norm's epsilon.
  ///
  /// Guarantee: the same rate, since M P = M; tokens stay bounded for ever under a norm, and the descent comes to rest in x where
  /// it does in g.
  case tangential
  /// M⁺ P dE/dg, likewise brought back: x moves so that g moves along - P dE/dg. The mirror descent of g, or the natural gradient
  /// in the metric M.
  ///
  /// Guarantee: for small alpha the energy falls at the rate |P dE/dg|², however steep or flat the activation is.
  case natural

  public var description: String { rawValue }
}

extension EnergyDescent {
  /// What the update rule is given for a gradient, at a step counted from 0.
  func direction(
    of evaluation: Evaluation<Scalar>, at tokens: Tokens<Scalar>, step: Int
  ) -> Tensor<Scalar> {
    let gradient = direction(of: evaluation, at: tokens)
    return learnedSteps?.applied(to: gradient, step: step) ?? gradient
  }

  private func direction(of evaluation: Evaluation<Scalar>, at tokens: Tokens<Scalar>) -> Tensor<Scalar> {
    switch direction {
    case .gradient: return evaluation.gradient
    case .tangential: return lagrangian.tangent(evaluation.gradient, at: tokens)
    case .natural:
      return lagrangian.inverseHessianProduct(
        lagrangian.tangent(evaluation.gradient, at: tokens), at: tokens)
    }
  }

  /// Whether tokens are brought back after every step: not where a number is held, which that would move.
  var bringsTokensBack: Bool {
    direction != .gradient && rates.map { !$0.elements.contains(0) } ?? true
  }

  /// x after a displacement by a step of a size. Padding stays, and to the last digit so does an example whose size is 0: bringing
  /// it back would change its energy by rounding. Where a number is held no token is brought back: that would move it.
  func moved(
    _ tokens: Tokens<Scalar>, by displacement: Tensor<Scalar>, size: Tensor<Scalar>
  ) -> Tensor<Scalar> {
    let values = tokens.values + displacement
    guard bringsTokensBack else { return values }
    let retracted = lagrangian.retracted(Tokens(values, mask: tokens.mask)).values
    var moves: Tensor<Scalar>?
    if size.elements.contains(0) { moves = 1 - size.equals(.zeros([1, 1, 1])) }
    if let mask = tokens.mask {
      let flags: Tensor<Scalar> = mask.tensor().reshaped([mask.batch, mask.tokenCount, 1])
      moves = moves.map { $0 * flags } ?? flags
    }
    guard let moves else { return retracted }
    return retracted * moves + tokens.values * (1 - moves)
  }
}
