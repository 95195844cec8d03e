import Tensors

/// Checks the inverse temperature of a Lagrangian.
func checkBeta(_ beta: some BinaryFloatingPoint) {
  require(beta > 0 && beta.isFinite, "beta is a positive number, not \(beta)")
}
