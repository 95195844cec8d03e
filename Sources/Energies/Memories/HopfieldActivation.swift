import Foundations
public import Tensors

/// The function G of a memory energy E = - sum G(h), h being the overlap of a token with a memory.
public enum HopfieldActivation<Scalar: TensorScalar>: Sendable {
  /// G = max(h, 0)^n / n, n ≥ 2; n = 2 is the energy of the paper, whose activation is relu.
  case rectifiedPolynomial(degree: Scalar)
  /// G = h^n / n for a whole n ≥ 2: dense associative memory.
  case power(degree: Int)
  /// E = - 1/beta log sum exp(beta h) over the memories: the modern Hopfield energy without its quadratic term.
  case softmax(beta: Tensor<Scalar>, learnsBeta: Bool)

  /// relu squared, the default.
  public static var reluSquared: HopfieldActivation { .rectifiedPolynomial(degree: 2) }

  /// softmax with a fixed inverse temperature.
  public static func softmax(beta: Scalar) -> HopfieldActivation {
    .softmax(beta: Tensor(beta), learnsBeta: false)
  }

  /// sum over the memories of G(h), [.., 1] kept: [batch, tokens].
  func value(_ overlaps: Tensor<Scalar>) -> Tensor<Scalar> {
    switch self {
    case .rectifiedPolynomial(let degree):
      return overlaps.reluPower(degree).sum(axes: [-1]) / degree
    case .power(let degree):
      return overlaps.power(Scalar(degree)).sum(axes: [-1]) / Scalar(degree)
    case .softmax(let beta, _):
      let unit = scoreUnit(of: beta)
      let share = beta * unit
      return (overlaps * share.reshaped([1, 1, 1])).logSumExp(scale: 1 / unit) / share.reshaped([1, 1])
    }
  }

  /// r = G', [batch, tokens, memories].
  func activation(_ overlaps: Tensor<Scalar>) -> Tensor<Scalar> {
    switch self {
    case .rectifiedPolynomial(let degree): return overlaps.reluPower(degree - 1)
    case .power(let degree): return overlaps.power(Scalar(degree - 1))
    case .softmax(let beta, _):
      let unit = scoreUnit(of: beta)
      return (overlaps * (beta * unit).reshaped([1, 1, 1])).softmax(scale: 1 / unit)
    }
  }

  /// The tangent of r from that of h, r being `activation(overlaps)`.
  func activationTangent(
    _ overlaps: Tensor<Scalar>, _ activation: Tensor<Scalar>, _ tangent: Tensor<Scalar>
  ) -> Tensor<Scalar> {
    switch self {
    case .rectifiedPolynomial(let degree):
      let slope = overlaps.reluPower(degree - 2)
      return degree == 2 ? slope * tangent : slope * tangent * (degree - 1)
    case .power(let degree):
      if degree == 2 { return tangent }
      return overlaps.power(Scalar(degree - 2)) * tangent * Scalar(degree - 1)
    case .softmax(let beta, _):
      return activation.softmaxPullback(tangent * beta.reshaped([1, 1, 1]))
    }
  }

  func check() {
    switch self {
    case .rectifiedPolynomial(let degree):
      require(degree >= 2, "a rectified polynomial needs a degree of at least 2, not \(degree)")
    case .power(let degree): require(degree >= 2, "a power needs a degree of at least 2, not \(degree)")
    case .softmax(let beta, _):
      require(beta.count == 1, "beta is one number, not shape \(beta.shape)")
      checkBeta(beta.elements[0])
    }
  }
}
