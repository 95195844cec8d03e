import Foundations
import Tensors

/// Checks the inverse temperature of a Lagrangian or of a softmax memory.
func checkBeta(_ beta: some BinaryFloatingPoint) {
  require(beta > 0 && beta.isFinite, "beta is a positive number, not \(beta)")
}

/// Checks what a norm adds to a square.
func checkEpsilon(_ epsilon: some BinaryFloatingPoint) {
  require(epsilon >= 0 && epsilon.isFinite, "epsilon is a finite number of at least 0, not \(epsilon)")
}
