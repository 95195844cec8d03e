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
}
