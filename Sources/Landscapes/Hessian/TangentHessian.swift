public import Energies
import Foundations
public import Tensors

/// The Hessian of a landscape on the set of activations at fixed tokens, one operator for each example.
///
///     H v = P (d²E/dg²) P v + kappa P v   [ + P (M⁺ + kappa(x)) P v ]
///
/// P takes out what activations cannot do, and kappa = `curvature(along: dE/dg, at: x)` is how their set bends away from its
/// tangent: on the sphere of radius R of a layer norm -⟨dE/dg, n⟩ / R. The part in brackets is that of the neurons' own energy
/// (`neuronHessian(_:at:)` of the Lagrangian). Along a shortest curve on the set, with dg/dt = v, the second derivative of F is
/// ⟨v, H v⟩, at any tokens and not only where F rests.
///
/// Nothing of the size of H is formed. H sends directions that are no tangents to 0, two for each token of a layer norm.
///
/// - Shape: v and H v [batch, tokens, dimension].
/// - Source: Absil, Mahony and Sepulchre, "Optimization algorithms on matrix manifolds", 2008, chapter 5.
/// - Cost: A product takes what two gradients take in closed form, and one pass back through the gradient otherwise.
public struct TangentHessian<Function: Energy, Norm: Lagrangian>: SymmetricOperator
where Function.Scalar == Norm.Scalar {
  public typealias Scalar = Function.Scalar

  /// x, where the landscape is looked at.
  public let tokens: Tokens<Scalar>
  private let landscape: EnergyLandscape<Function, Norm>
  private let ofEnergy: SecondDerivative<Scalar>
  private let kappa: Tensor<Scalar>?

  init(of landscape: EnergyLandscape<Function, Norm>, at x: Tokens<Scalar>) {
    tokens = Tokens(x.values.detached, mask: x.mask)
    self.landscape = landscape
    let found = landscape.lagrangian.activations(at: tokens)
    let g = found.with(found.values.detached)
    ofEnergy = SecondDerivative(of: landscape.energy, at: g)
    kappa =
      landscape.lagrangian.curvature(
        along: landscape.energy.trackedEnergyAndGradient(at: g).gradient.detached, at: tokens)?.detached
    if landscape.moves != nil { checkHeldNumbers() }
  }

  public var shape: [Int] { tokens.values.shape }

  public func projection(_ vectors: Tensor<Scalar>) -> Tensor<Scalar> {
    landscape.tangent(vectors, at: tokens)
  }

  public func product(_ vectors: Tensor<Scalar>) -> Tensor<Scalar> {
    require(
      vectors.shape == shape, "a Hessian of tokens \(shape) times a direction of shape \(vectors.shape)")
    let tangent = projection(vectors)
    var sum = ofEnergy.product(tangent)
    if let kappa { sum = sum + tangent * kappa }
    if landscape.includesNeuronEnergy {
      sum = sum + landscape.lagrangian.neuronHessian(tangent, at: tokens)
    }
    return projection(sum)
  }

  /// Held numbers must leave P a projector: holding and projecting in either order is the same.
  private func checkHeldNumbers() {
    guard let moves = landscape.moves else { return }
    var random = RandomStream(seed: 0)
    let probe = Tensor<Scalar>.normal(shape, using: &random)
    let (first, then) = (projection(probe), landscape.lagrangian.tangent(probe, at: tokens) * moves)
    let (change, length) = ((first - then).exampleRows, first.exampleRows)
    require(
      zip(change, length).allSatisfy {
        $0.length <= Double(Scalar.ulpOfOne).squareRoot() * Swift.max($1.length, 1)
      },
      "\(type(of: landscape.lagrangian)) binds the numbers of a token together: hold whole tokens or layers of it"
    )
  }
}

extension EnergyLandscape {
  /// H, the Hessian on the set of activations at tokens.
  public func hessian(at x: Tokens<Scalar>) -> TangentHessian<Function, Norm> {
    TangentHessian(of: self, at: x)
  }
}

extension Lagrangian {
  /// P (M⁺ + kappa(x)) P v: the Hessian of the neurons' own energy ⟨x, g⟩ - L(x) on the set of activations.
  ///
  /// The gradient of that energy in g is x, so that its second derivative along a tangent is dx/dg, the inverse of
  /// M = dg/dx there; where the set is bent, kappa of x comes on top. On a sphere the two cancel.
  ///
  /// - Shape: v and the result [batch, tokens, dimension].
  public func neuronHessian(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar> {
    let v = tangent(direction, at: x)
    let inverse = inverseHessianProduct(v, at: x)
    guard let kappa = curvature(along: x.values, at: x) else { return inverse }
    return tangent(inverse + v * kappa, at: x)
  }
}
