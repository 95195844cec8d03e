public import Tensors

extension Tensor {
  /// The Gaussian error linear unit in its tanh form, x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).
  ///
  /// Computed as x sigmoid(2 sqrt(2/pi) (x + 0.044715 x^3)), the same function in fewer operations.
  ///
  /// - Source: Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016.
  public func gaussianErrorLinearUnit() -> Tensor {
    let slope = Scalar(2 * (2 / Double.pi).squareRoot())
    return self * (self * (squared() * (slope * 0.044715) + slope)).sigmoid()
  }
}
