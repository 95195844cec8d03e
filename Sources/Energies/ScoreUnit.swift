import Tensors

/// A power of two, at most 1, that brings every inverse temperature to 1 at most: beta u times a score never overflows,
/// and the exponentials are taken of 1 / u times what is left when the largest such product is taken out. 1 where no
/// beta is above 1.
func scoreUnit<Scalar>(of beta: Tensor<Scalar>) -> Scalar {
  guard let largest = beta.elements.max(), largest > 1 else { return 1 }
  let highest = Scalar.greatestFiniteMagnitude.exponent - 1
  return Scalar(sign: .plus, exponent: -min(largest.exponent + 1, highest), significand: 1)
}
