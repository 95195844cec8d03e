import Tensors

/// Checks the inverse temperature of a Lagrangian or of a softmax memory.
func checkBeta(_ beta: some BinaryFloatingPoint) {
  require(beta > 0 && beta.isFinite, "beta is a positive number, not \(beta)")
}
