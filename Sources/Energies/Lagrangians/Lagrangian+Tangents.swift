public import Tensors

// What the Lagrangians that are not strictly convex do not see: tangents of the set of their activations, and its curvature.

extension LayerNormLagrangian {
  public func tangent(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar> {
    let centered = direction - direction.mean(axes: [-1], keepingDimensions: true)
    return x.masking(centered.removing(x.values.standardized(epsilon: epsilon)))
  }

  public func curvature(along gradient: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar>? {
    let normalized = x.values.standardized(epsilon: epsilon)
    return x.masking(gradient.bending(along: normalized) / gamma.orOne)
  }

  public func retracted(_ x: Tokens<Scalar>) -> Tokens<Scalar> {
    Tokens(x.masking(x.values.standardized(epsilon: .leastNormalMagnitude)), mask: x.mask)
  }
}

extension SphericalNormLagrangian {
  public func tangent(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar> {
    x.masking(direction.removing(unitRows(x)))
  }

  public func curvature(along gradient: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar>? {
    x.masking(gradient.bending(along: unitRows(x)) / gamma.orOne)
  }

  public func retracted(_ x: Tokens<Scalar>) -> Tokens<Scalar> {
    Tokens(x.masking(unitRows(x)), mask: x.mask)
  }

  /// The token's length by gamma times the tangent.
  public func inverseHessianProduct(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar> {
    tangent(direction, at: x) * x.values.share(of: unitRows(x)) / gamma.reshaped([1, 1, 1])
  }

  /// x / sqrt(sum x² + epsilon).
  private func unitRows(_ x: Tokens<Scalar>) -> Tensor<Scalar> {
    SphericalNormLagrangian(gamma: Tensor(1), delta: .zeros(delta.shape), epsilon: epsilon)
      .activations(at: x).values
  }
}

extension SoftmaxLagrangian {
  public func tangent(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar> {
    x.masking(direction - direction.mean(axes: [-1], keepingDimensions: true))
  }

  public func retracted(_ x: Tokens<Scalar>) -> Tokens<Scalar> {
    Tokens(x.masking(x.values - x.values.mean(axes: [-1], keepingDimensions: true)), mask: x.mask)
  }
}

extension RectifiedPolynomialLagrangian {
  public func tangent(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar> {
    x.masking(direction * x.values.isPositive)
  }
}

extension RectifiedExponentialLagrangian {
  public func tangent(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar> {
    x.masking(direction * x.values.isPositive)
  }
}

extension PartitionedLagrangian {
  public func tangent(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar> {
    joined(x, direction) { $0.tangent($2, at: $1) }
  }

  public func curvature(along gradient: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar>? {
    joined(x, gradient) { lagrangian, tokens, gradient in
      let flat = Tensor<Scalar>.zeros(gradient.shape)
      return lagrangian.curvature(along: gradient, at: tokens).map { flat + $0 } ?? flat
    }
  }

  public func retracted(_ x: Tokens<Scalar>) -> Tokens<Scalar> {
    Tokens(joined(x, x.values) { lagrangian, tokens, _ in lagrangian.retracted(tokens).values }, mask: x.mask)
  }
}

extension Tensor {
  /// A gain in the shape of tokens, 1 where it is 0: there the activations are one point and nothing bends.
  fileprivate var orOne: Tensor { (self + detached.equals(Tensor(0))).reshaped([1, 1, 1]) }

  /// 1 where a number is positive and 0 elsewhere; a constant for differentiation.
  fileprivate var isPositive: Tensor { Tensor(shape: shape, elements: elements.map { $0 > 0 ? 1 : 0 }) }

  /// The rows of the last axis without their parts along the rows of `directions`.
  fileprivate func removing(_ directions: Tensor) -> Tensor {
    self - directions * share(of: directions)
  }

  /// -⟨v, z⟩ / |z|² of each row v with a row z of `directions`; 0 where z is 0.
  fileprivate func bending(along directions: Tensor) -> Tensor { -share(of: directions) }

  /// ⟨v, z⟩ / |z|² of each row v with a row z of `directions`, 0 where z is 0; the last axis has size 1.
  fileprivate func share(of directions: Tensor) -> Tensor {
    let squares = directions.squared().sum(axes: [-1], keepingDimensions: true)
    let products = (self * directions).sum(axes: [-1], keepingDimensions: true)
    return products / (squares + squares.detached.equals(.zeros([1])))
  }
}
