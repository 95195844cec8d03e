public import Tensors

/// Products with M = dg/dx, the Hessian of a Lagrangian, and with its inverse on tangents.
extension Lagrangian {
  /// M v, [batch, tokens, dimension]: how activations move, to first order, when tokens move by v. M is symmetric, so this is
  /// the pullback of the activations too.
  ///
  /// The result can be differentiated.
  public func hessianProduct(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar> {
    gradient(at: x.values) { (activations(at: Tokens($0, mask: x.mask)).values * direction).sum() }
  }

  public func inverseHessianProduct(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar> {
    // Conjugate gradients, every token by itself: exact after as many steps as M has different eigenvalues.
    func products(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) -> Tensor<Scalar> {
      (a * b).sum(axes: [-1], keepingDimensions: true)
    }
    var residual = tangent(direction, at: x)
    var search = residual
    var solution = Tensor<Scalar>.zeros(residual.shape)
    var square = products(residual, residual)
    // Below this share of the first residual rounding is all that is left.
    let rounding = 1_000 * Scalar.ulpOfOne
    let enough = square.detached * (rounding * rounding)
    for _ in 0..<3 * x.values.shape[2] {
      let moved = tangent(hessianProduct(search, at: x), at: x)
      let slope = products(search, moved)
      let left = (square.detached - enough).greater(than: 0) * slope.detached.greater(than: 0)
      if left.elements.allSatisfy({ $0 == 0 }) { break }
      // Tokens that have come to their end stay there.
      let size = square * left / (slope + slope.detached.equals(.zeros([1])))
      solution = solution + search * size
      residual = residual - moved * size
      let next = products(residual, residual)
      search = residual + search * (next * left / (square + square.detached.equals(.zeros([1]))))
      square = next
    }
    return solution
  }

  /// v divided by the slope of an activation that acts on every number by itself; slopes below rounding count as that.
  func inverseOfSlopes(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar> {
    let slopes = hessianProduct(.ones(x.values.shape), at: x)
    return x.masking(direction / slopes.atLeast(.ulpOfOne))
  }
}

extension IdentityLagrangian {
  public func inverseHessianProduct(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar> {
    x.masking(direction)
  }
}

extension TanhLagrangian {
  public func inverseHessianProduct(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar> {
    inverseOfSlopes(direction, at: x)
  }
}

extension SigmoidLagrangian {
  public func inverseHessianProduct(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar> {
    inverseOfSlopes(direction, at: x)
  }
}

extension ExponentialLagrangian {
  public func inverseHessianProduct(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar> {
    inverseOfSlopes(direction, at: x)
  }
}

extension RectifiedExponentialLagrangian {
  public func inverseHessianProduct(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar> {
    inverseOfSlopes(tangent(direction, at: x), at: x)
  }
}

extension RectifiedPolynomialLagrangian {
  public func inverseHessianProduct(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar> {
    inverseOfSlopes(tangent(direction, at: x), at: x)
  }
}

extension LayerNormLagrangian {
  /// s / gamma times the tangent, s being the token's deviation.
  public func inverseHessianProduct(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar> {
    let lengths = x.values.standardDeviation(epsilon: epsilon).expanded(axis: -1)
    return tangent(direction, at: x) * lengths / gamma.reshaped([1, 1, 1])
  }
}

extension SoftmaxLagrangian {
  /// v / (beta p) without its mean, weights below rounding counting as that.
  public func inverseHessianProduct(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar> {
    let weights = activations(at: x).values.atLeast(.ulpOfOne) * beta
    return tangent(tangent(direction, at: x) / weights, at: x)
  }
}

extension GhostmaxLagrangian {
  /// (v / p + sum v / (1 - sum p)) / beta, 1 - sum p being the weight of the ghost; weights below rounding count as that.
  public func inverseHessianProduct(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar> {
    let weights = activations(at: x).values
    let ghost = (1 - weights.sum(axes: [-1], keepingDimensions: true)).atLeast(.ulpOfOne)
    let shared = direction.sum(axes: [-1], keepingDimensions: true) / ghost
    return x.masking((direction / weights.atLeast(.ulpOfOne) + shared) / beta)
  }
}

extension PartitionedLagrangian {
  public func inverseHessianProduct(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar> {
    joined(x, direction) { $0.inverseHessianProduct($2, at: $1) }
  }
}
