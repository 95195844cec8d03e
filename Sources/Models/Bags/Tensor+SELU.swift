import Tensors

extension Tensor {
  /// The scaled exponential linear unit: λ x for x > 0, λ α (e^x - 1) elsewhere, with λ = 1.0507… and α =
  /// 1.6732…
  ///
  /// - Source: Klambauer, Unterthiner, Mayr, Hochreiter, "Self-Normalizing Neural Networks", NeurIPS 2017.
  func scaledExponentialLinearUnit() -> Tensor {
    let scale = Scalar(1.050_700_987_355_480_5)
    let depth = scale * Scalar(1.673_263_242_354_377_2)
    let positive = relu()
    // e^min(x, 0), so that nothing overflows.
    return positive * scale + ((self - positive).exponential() * depth - depth)
  }
}
