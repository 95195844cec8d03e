import Foundations
public import Tensors

/// The memory energy of the Energy Transformer: each token is drawn to stored patterns xi.
///
///     E = - sum_B sum_mu G(xi_mu · g_B)
///
/// Tokens do not interact through it.
///
/// - Shape: activations [batch, tokens, dimension] give [batch].
/// - Source: Hoover et al. 2023, equation 5; G as `HopfieldActivation` says.
/// - Cost: 2 N D M operations an example for the energy, twice that with the gradient.
public struct HopfieldEnergy<Scalar: TensorScalar>: Energy {
  /// The stored patterns as columns, [dimension, memories].
  public var memories: Tensor<Scalar>
  /// The function G.
  public var activation: HopfieldActivation<Scalar>

  /// A memory energy over the columns of `memories`, [dimension, memories], of which there is one at least.
  public init(memories: Tensor<Scalar>, activation: HopfieldActivation<Scalar> = .reluSquared) {
    require(
      memories.rank == 2 && memories.shape[1] > 0,
      "memories have shape [dimension, memories], not \(memories.shape)")
    activation.check()
    self.memories = memories
    self.activation = activation
  }

  /// The number of stored patterns.
  public var memoryCount: Int { memories.shape[1] }
  /// The size of a token.
  public var dimension: Int { memories.shape[0] }

  public var name: String { "memory" }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("memories", &memories)
    if case .softmax(var beta, true) = activation {
      visit("beta", &beta)
      activation = .softmax(beta: beta, learnsBeta: true)
    }
  }

  public func energy(at g: Activations<Scalar>) -> Tensor<Scalar> {
    energy(activation.value(g.values.projected(by: memories)), g)
  }

  private func energy(_ values: Tensor<Scalar>, _ g: Activations<Scalar>) -> Tensor<Scalar> {
    let real = g.mask.map { values * $0.tensor() } ?? values
    return -real.sum(axes: [1])
  }
}

/// Derivatives in closed form: with h = g xi and r = G',
///
///     dE/dg = - r xiᵀ        Hessian u = - (r' (u xi)) xiᵀ
///
/// - Source: Hoover et al. 2023, equation 5, differentiated.
extension HopfieldEnergy: ClosedFormEnergy {
  public func energyAndGradient(at g: Activations<Scalar>) -> EnergyAndGradient<Scalar> {
    let overlaps = g.values.projected(by: memories)
    let (values, activations) = valueAndActivation(overlaps)
    return EnergyAndGradient(
      energy: EnergyByPart([(name, energy(values, g))]),
      gradient: -g.masking(activations.projected(by: memories, transposed: true)))
  }

  private func valueAndActivation(_ overlaps: Tensor<Scalar>) -> (Tensor<Scalar>, Tensor<Scalar>) {
    switch activation {
    case .rectifiedPolynomial(2):
      let rectified = overlaps.relu()
      return (rectified.squared().sum(axes: [-1]) / 2, rectified)
    case .softmax(let beta, _):
      let unit = scoreUnit(of: beta)
      let share = beta * unit
      let (weights, logSum) = (overlaps * share.reshaped([1, 1, 1])).softmaxWithLogSum(scale: 1 / unit)
      return (logSum / share.reshaped([1, 1]), weights)
    case .rectifiedPolynomial, .power:
      return (activation.value(overlaps), activation.activation(overlaps))
    }
  }

  public func gradientPullback(
    at g: Activations<Scalar>, direction: Tensor<Scalar>
  ) -> GradientPullback<Scalar> {
    let u = g.masking(direction)
    let overlaps = g.values.projected(by: memories)
    let activations = activation.activation(overlaps)
    let overlapsTangent = u.projected(by: memories)
    let tangent = activation.activationTangent(overlaps, activations, overlapsTangent)
    var dependencies = [-(product(g.values, tangent) + product(u, activations))]
    if case .softmax(let beta, true) = activation {
      // <u, dE/dg> = - sum r (u xi), whose derivative in beta moves r by the softmax of beta h at fixed h.
      let slope = activations.softmaxPullback(overlaps)
      dependencies.append(-(slope * overlapsTangent).sum().reshaped(beta.shape))
    }
    return GradientPullback(
      hessianVectorProduct: -g.masking(tangent.projected(by: memories, transposed: true)),
      dependencies: dependencies)
  }

  /// aᵀ b summed over batch and tokens.
  private func product(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) -> Tensor<Scalar> {
    let rows = a.shape[0] * a.shape[1]
    return a.reshaped([rows, a.shape[2]])
      .matrixProduct(b.reshaped([rows, b.shape[2]]), transposed: true)
  }
}
