public import Tensors

/// Independent draws from the standard normal distribution; the same for the same seed.
public func normalTensor<Scalar: TensorScalar>(
  _ shape: [Int], seed: UInt64, as type: Scalar.Type = Double.self
) -> Tensor<Scalar> {
  var random = RandomStream(seed: seed)
  return .normal(shape, using: &random)
}

/// Independent draws from the uniform distribution over `range`; the same for the same seed.
public func uniformTensor<Scalar: TensorScalar>(
  _ shape: [Int], in range: Range<Double>, seed: UInt64, as type: Scalar.Type = Double.self
) -> Tensor<Scalar> {
  var random = RandomStream(seed: seed)
  return .uniform(shape, in: range, using: &random)
}

/// Elements in random order that differ from each other by at least `gap` and from 0 by at least half of it, so
/// that a finite difference crosses no kink of |x|, max(x, 0) or a maximum.
public func separatedTensor(_ shape: [Int], gap: Double = 0.25, seed: UInt64) -> Tensor<Double> {
  var random = RandomStream(seed: seed)
  let count = shape.reduce(1, *)
  let order = random.permutation(of: count)
  return Tensor(shape: shape, elements: order.map { (Double($0 - count / 2) + 0.5) * gap })
}
