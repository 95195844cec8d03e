import Foundations
public import Tensors

/// Gradients scaled down together where their global norm exceeds a limit, and the norm before.
///
/// g <- g min(1, limit / norm) with norm = sqrt(sum of all squares), in double precision. Gradients within
/// the limit keep their bits.
///
/// - Throws: ``NonFiniteValue`` naming the first parameter whose gradient has an infinity or NaN.
public func clipped<Scalar>(
  _ gradients: ParameterValues<Scalar>, toGlobalNorm limit: Double
) throws -> (gradients: ParameterValues<Scalar>, norm: Double) {
  require(limit > 0, "gradients cannot be clipped to a norm of \(limit)")
  let norm = try finiteGlobalNorm(of: gradients)
  if norm <= limit { return (gradients, norm) }
  let factor = Scalar(limit / norm)
  return (gradients.map { _, gradient in gradient * factor }, norm)
}

/// The norm of all gradients together.
///
/// - Throws: ``NonFiniteValue`` naming the first parameter whose gradient has an infinity or NaN.
func finiteGlobalNorm<Scalar>(of gradients: ParameterValues<Scalar>) throws -> Double {
  let norm = gradients.globalNorm
  if norm.isFinite { return norm }
  for (name, gradient) in zip(gradients.names, gradients.values) where !gradient.isFinite {
    throw NonFiniteValue(quantity: "the gradient of parameter \"\(name)\"")
  }
  throw NonFiniteValue(quantity: "the sum of squares of all gradients")
}
