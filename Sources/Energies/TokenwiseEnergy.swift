import Foundations
public import Tensors

/// An energy that is a sum over tokens, and may let each token descend its own term while the others are held.
///
/// Term A is a function of g_A in the context c of all activations, E = sum_A E_A(g_A; c = g). Where ``holdsContext`` is
/// true the gradient of such an energy, and so the force of a descent, is not the derivative of the sum but
///
///     dE_A/dg_A (g_A; c) at c = g
///
/// for each token: no token is moved by what its being seen does to another. So a causal model's earlier tokens never
/// learn of later ones. What falls under small steps is each token's own energy in the context that it started the step in;
/// the energy in the new context, and the sum, may rise.
///
/// - Source: the gradient of NRGPT (Dehmamy et al., arXiv 2512.16762), whose code takes it by hand.
public protocol TokenwiseEnergy<Scalar>: Energy {
  /// Whether each token's context is held while it moves.
  var holdsContext: Bool { get }

  /// The energy of each token in a context, [batch, tokens], 0 at padding.
  ///
  /// - Parameters:
  ///   - g: The tokens that move, each judged by itself.
  ///   - context: The same tokens as the others see them.
  func energyByToken(at g: Activations<Scalar>, context: Activations<Scalar>) -> Tensor<Scalar>
}

extension TokenwiseEnergy {
  /// The gradient of each token's own energy, by differentiation, [batch, tokens, dimension]; where no context is held that of
  /// the sum. It can itself be differentiated, the context included.
  public func differentiatedGradient(at g: Activations<Scalar>) -> Tensor<Scalar> {
    guard holdsContext else { return gradientOfSum(at: g) }
    return Tensors.gradient(at: g.values) { energyByToken(at: g.with($0), context: g).sum() }
  }
}

extension Energy {
  /// This energy by tokens, where a descent of it holds the context of each.
  package var heldByToken: (any TokenwiseEnergy<Scalar>)? {
    guard let energy = self as? any TokenwiseEnergy<Scalar>, energy.holdsContext else { return nil }
    return energy
  }
}

/// Tokens do not interact through a memory energy, so no context matters.
extension HopfieldEnergy: TokenwiseEnergy {
  public var holdsContext: Bool { false }

  public func energyByToken(at g: Activations<Scalar>, context: Activations<Scalar>) -> Tensor<Scalar> {
    energyByNode(at: g)
  }
}

/// An input acts on each token by itself.
extension InputEnergy: TokenwiseEnergy {
  public var holdsContext: Bool { false }

  public func energyByToken(at g: Activations<Scalar>, context: Activations<Scalar>) -> Tensor<Scalar> {
    -(g.realValues * input).sum(axes: [2])
  }
}

/// A sum holds contexts where one of its parts does; then every part must be one by tokens.
extension EnergySum: TokenwiseEnergy {
  public var holdsContext: Bool { parts.contains { $0.energy.heldByToken != nil } }

  public func energyByToken(at g: Activations<Scalar>, context: Activations<Scalar>) -> Tensor<Scalar> {
    let shares = parts.map { part in
      guard let energy = part.energy as? any TokenwiseEnergy<Scalar> else {
        fatalError(
          "the part \(part.name) of an energy is no TokenwiseEnergy: it has no energy for each token")
      }
      return energy.energyByToken(at: g, context: context)
    }
    return shares.dropFirst().reduce(shares[0], +)
  }

  public func differentiatedGradient(at g: Activations<Scalar>) -> Tensor<Scalar> {
    guard holdsContext else { return gradientOfSum(at: g) }
    let gradients = parts.map { $0.energy.differentiatedGradient(at: g) }
    return gradients.dropFirst().reduce(gradients[0], +)
  }
}

extension DifferentiatedEnergy: TokenwiseEnergy where Base: TokenwiseEnergy {
  public var holdsContext: Bool { base.holdsContext }

  public func energyByToken(at g: Activations<Scalar>, context: Activations<Scalar>) -> Tensor<Scalar> {
    base.energyByToken(at: g, context: context)
  }
}
