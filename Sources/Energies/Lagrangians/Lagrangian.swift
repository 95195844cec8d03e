public import Tensors

/// A convex function L of a token whose gradient is the token's activation: g = dL/dx.
///
/// Laws: the activation is the gradient of the value; the Hessian dg/dx is symmetric and has no negative
/// eigenvalue, which is what makes a descent of an energy of g by steps in x go down. Functions act on the
/// last axis and are summed over the tokens of an example; padding counts as nothing.
public protocol Lagrangian<Scalar>: Parameterized {
  // Declared again so that a type need not spell it out.
  override associatedtype Scalar

  /// L of each example.
  ///
  /// - Shape: tokens [batch, tokens, dimension] give [batch].
  func value(at x: Tokens<Scalar>) -> Tensor<Scalar>

  /// g = dL/dx, [batch, tokens, dimension]; by differentiation unless a type knows better.
  func activations(at x: Tokens<Scalar>) -> Activations<Scalar>

  /// P v: the part of a direction at g that activations can move in, P being the orthogonal projector onto the range of dg/dx.
  ///
  /// All of it unless a type says otherwise, which is right where the Hessian of L is positive definite. A layer norm takes
  /// out the mean and the direction of g - delta, a softmax the mean, a rectifier the neurons at rest.
  ///
  /// - Shape: v and the result [batch, tokens, dimension].
  func tangent(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar>

  /// M⁺ v for the Hessian M = dg/dx: the shortest displacement of the tokens along which activations move by the tangent v, to first
  /// order; of another v the tangent counts.
  ///
  /// By conjugate gradients, one product with M for each different eigenvalue, unless a type knows better. The result can be
  /// differentiated.
  ///
  /// - Shape: v and the result [batch, tokens, dimension].
  func inverseHessianProduct(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar>

  /// kappa, how the set of activations bends away from its tangent along a gradient: a function E of activations has on that
  /// set, at a point where P dE/dg = 0, the Hessian P (d²E/dg²) P + kappa.
  ///
  /// Nil unless a type says otherwise: the set is flat. On a sphere of radius R about c it is -⟨dE/dg, n⟩ / R with
  /// n = (g - c) / R.
  ///
  /// - Shape: the result repeats to [batch, tokens, dimension].
  func curvature(along gradient: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar>?

  /// The tokens that stand for the same activations in the middle of what the Lagrangian does not see: of mean 0 and variance
  /// 1 for a layer norm, so that a long descent does not carry them away; unchanged unless a type says otherwise.
  func retracted(_ x: Tokens<Scalar>) -> Tokens<Scalar>

  /// The Legendre transform by part; one part named "neurons" unless the Lagrangian is that of several layers.
  func legendreTransformByPart(at x: Tokens<Scalar>) -> EnergyByPart<Scalar>
}

extension Lagrangian {
  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {}

  public func activations(at x: Tokens<Scalar>) -> Activations<Scalar> {
    Activations(gradient(at: x.values) { value(at: Tokens($0, mask: x.mask)).sum() }, mask: x.mask)
  }

  /// The Legendre transform of each example, the energy of the neurons themselves: <x, g> - L(x), [batch].
  ///
  /// - Source: Krotov and Hopfield 2021; its gradient with respect to g is x.
  public func legendreTransform(at x: Tokens<Scalar>) -> Tensor<Scalar> {
    let g = activations(at: x)
    return g.masking(x.values * g.values).sum(axes: [1, 2]) - value(at: x)
  }

  public func tangent(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar> {
    x.masking(direction)
  }

  public func curvature(along gradient: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar>? { nil }

  public func retracted(_ x: Tokens<Scalar>) -> Tokens<Scalar> { x }

  public func legendreTransformByPart(at x: Tokens<Scalar>) -> EnergyByPart<Scalar> {
    EnergyByPart([("neurons", legendreTransform(at: x))])
  }
}
