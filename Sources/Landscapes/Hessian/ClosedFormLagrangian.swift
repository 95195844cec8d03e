public import Energies
import Foundations
public import Tensors

/// A Lagrangian that knows how the energy of its neurons bends: the Hessian of ⟨x, g⟩ - L(x) on the set of activations.
///
/// The neurons' own energy is the Legendre transform of L, whose gradient in g is x, so that its second derivative along a
/// tangent is dx/dg, the inverse of M = dg/dx there; and where the set is bent, kappa of its gradient x comes on top
/// (``Energies/Lagrangian/curvature(along:at:)``). A landscape with the neurons' own energy needs it; all Lagrangians of the
/// library have it, and one of your own conforms with one method.
public protocol ClosedFormLagrangian<Scalar>: Lagrangian {
  /// P (M⁺ + kappa(x)) v for a tangent v.
  ///
  /// - Shape: v and the result [batch, tokens, dimension].
  func neuronHessian(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar>
}

/// Neurons whose activation is a function of their own number alone, so that M is diagonal. A Lagrangian of your own conforms
/// without a line of code.
public protocol ElementwiseLagrangian<Scalar>: ClosedFormLagrangian {}

extension ElementwiseLagrangian {
  /// v / (dg/dx), and 0 where dg/dx is 0: there is no tangent.
  public func neuronHessian(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar> {
    // M is diagonal, so that M times ones is its diagonal.
    let slopes = gradient(at: x.values.detached) {
      activations(at: Tokens($0, mask: x.mask)).values.sum()
    }
    let tangent = tangent(direction, at: x)
    let isFlat = slopes.equals(.zeros([1, 1, 1]))
    return tangent * (1 - isFlat) / (slopes + isFlat)
  }
}

extension IdentityLagrangian: ElementwiseLagrangian {}
extension TanhLagrangian: ElementwiseLagrangian {}
extension SigmoidLagrangian: ElementwiseLagrangian {}
extension ExponentialLagrangian: ElementwiseLagrangian {}
extension RectifiedPolynomialLagrangian: ElementwiseLagrangian {}
extension RectifiedExponentialLagrangian: ElementwiseLagrangian {}

// On a sphere ⟨x, g⟩ - L(x) does not change: M⁺ = s / gamma along tangents, s being the length that divides a token, and
// kappa(x) = -s / gamma. Both hold with an epsilon too.

extension LayerNormLagrangian: ClosedFormLagrangian {
  public func neuronHessian(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar> {
    .zeros(direction.shape)
  }
}

extension SphericalNormLagrangian: ClosedFormLagrangian {
  public func neuronHessian(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar> {
    .zeros(direction.shape)
  }
}

extension SoftmaxLagrangian: ClosedFormLagrangian {
  /// P (v / (beta g)): M = beta (diag g - g gᵀ) gives v back where the numbers of v add up to 0.
  public func neuronHessian(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar> {
    tangent(tangent(direction, at: x) / scaledActivations(activations(at: x), beta), at: x)
  }
}

extension GhostmaxLagrangian: ClosedFormLagrangian {
  /// v / (beta g) + (sum v) / (beta g₀), g₀ being the weight of the ghost: the inverse of beta (diag g - g gᵀ).
  public func neuronHessian(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar> {
    let g = activations(at: x)
    let v = g.masking(direction)
    // The ghost's weight is e^(-beta L) with L of the one token: without cancellation where the others take nearly all.
    let logSums = (g.masking(x.values) * beta).padded(axis: -1, before: 0, to: x.values.shape[2] + 1)
      .logSumExp(scale: 1)
    let ghost = (-logSums).exponential().expanded(axis: -1) * beta
    let sums = v.sum(axes: [-1], keepingDimensions: true)
    return g.masking(v / scaledActivations(g, beta) + sums / ghost)
  }
}

/// beta g, and 1 at padding, where there is nothing to divide.
private func scaledActivations<Scalar>(_ g: Activations<Scalar>, _ beta: Scalar) -> Tensor<Scalar> {
  let scaled = g.values * beta
  guard let column = g.maskColumn else { return scaled }
  return scaled + (1 - column)
}

extension PartitionedLagrangian: ClosedFormLagrangian {
  /// That of each layer on its own part.
  public func neuronHessian(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar> {
    let batch = x.values.shape[0]
    let parts = zip(layers, zip(layout.layers(of: x.values), layout.layers(of: direction))).map {
      layer, values in
      let shape = [
        batch, layer.count / layer.shape[layer.shape.count - 1], layer.shape[layer.shape.count - 1],
      ]
      guard let neurons = layer.lagrangian as? any ClosedFormLagrangian<Scalar> else {
        fatalError(missingNeuronHessian(layer.lagrangian))
      }
      let found = neurons.neuronHessian(values.1.reshaped(shape), at: Tokens(values.0.reshaped(shape)))
      return found.reshaped([batch] + layer.shape)
    }
    let joined = layout.state(of: parts)
    return x.mask.map { joined * $0.tensor().reshaped([batch, 1, 1]) } ?? joined
  }
}

/// Why a landscape with the neurons' own energy cannot bend under a Lagrangian.
func missingNeuronHessian<Scalar>(_ lagrangian: any Lagrangian<Scalar>) -> String {
  "the Hessian of the neurons' own energy is the inverse of dg/dx, which \(type(of: lagrangian)) does not give: "
    + "conform it to ClosedFormLagrangian, or leave includesNeuronEnergy off"
}
