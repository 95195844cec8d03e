/// A law of energies, Lagrangians, landscapes, layers, models or descents; the raw value states it in words.
public enum Law: String, Sendable, CaseIterable {
  // MARK: Values
  case oneNumberPerExample = "the value is one number for each example"
  case finite = "values and derivatives are finite"
  case sumOfParts = "the parts have different names and sum to the energy"
  case sumOfTokens = "the value is the sum over tokens of what each gives by itself"
  case independentExamples = "an example depends on no other example"
  case independentTokens = "an activation depends on no other token"
  case padding = "padding changes nothing and is not moved"
  case tokenOrder = "the order of tokens matters as declared"

  // MARK: Derivatives
  case gradient = "the gradient is the derivative of the energy"
  case activation = "the activation is the gradient of the value"
  case closedForm = "closed forms agree with differentiation"
  case hessian = "the Hessian-vector product is the derivative of the gradient"
  case symmetricHessian = "the Hessian is symmetric"
  case semiDefiniteHessian = "the Hessian has no negative eigenvalue"
  case parameterDerivatives = "derivatives by parameters and context are right"
  case legendre = "the gradient of the Legendre transform by the activation is the token"
  case tangent = "activations move along tangents, and retracted tokens have the same activations"
  case curvature = "the curvature is how activations bend away from their tangents"
  case visiting = "every tensor is visited, once, and written back"

  // MARK: Landscapes
  case projection = "the projection is symmetric, is its own square, and commutes with the operator"
  case eigenvalues = "the eigenvalues found are those of the whole matrix"
  case held = "what is held does not move"

  // MARK: Layers
  case synapseLayers = "a synapse depends on its own layers alone"

  // MARK: Models
  case file = "a round trip through a file changes nothing"

  // MARK: Descents
  case descent = "the energy falls at every small step"
  case firstOrder = "for small steps the energy falls at the rate that its gradient predicts"
  case backtracking = "with backtracking the energy never rises"
  case gradientPaths = "all gradient paths give the same result and the same derivatives"
  case rest = "the descent comes to rest"
  case implicitGradient = "the implicit gradient is the derivative of the rest"
  case threads = "the bits do not depend on the number of threads"
}
