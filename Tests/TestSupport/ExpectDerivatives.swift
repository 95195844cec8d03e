public import Tensors
public import Testing

/// Expects the gradients of `function` at `points` to match central differences.
///
/// A result of several elements is first summed with fixed, different weights.
public func expectGradientMatchesFiniteDifferences(
  at points: [Tensor<Double>], step: Double = 1e-3, relative: Double = 1e-8, absolute: Double = 1e-9,
  _ comment: @autoclosure () -> String = "", sourceLocation: SourceLocation = #_sourceLocation,
  of function: TensorFunction
) rethrows {
  let numbers = try finiteDifferenceGradients(at: points, step: step) { weightedSum(try function($0)) }
  let gradients = try valueWithGradients(at: points) { weightedSum(try function($0)) }.gradients
  for (index, (gradient, expected)) in zip(gradients, numbers).enumerated() {
    expectClose(
      actual: gradient, expected: expected, relative: relative, absolute: absolute,
      "\(comment()) gradient of argument \(index)", sourceLocation: sourceLocation)
  }
}

/// Expects the gradient of `function` at `point` to match central differences.
public func expectGradientMatchesFiniteDifferences(
  at point: Tensor<Double>, step: Double = 1e-3, relative: Double = 1e-8, absolute: Double = 1e-9,
  _ comment: @autoclosure () -> String = "", sourceLocation: SourceLocation = #_sourceLocation,
  of function: (Tensor<Double>) throws -> Tensor<Double>
) rethrows {
  try expectGradientMatchesFiniteDifferences(
    at: [point], step: step, relative: relative, absolute: absolute, comment(), sourceLocation: sourceLocation
  ) { try function($0[0]) }
}

/// Expects second derivatives of `function` at `points` to match: the gradient of <gradient, v>, for fixed random
/// directions v of all arguments at once, against central differences of <gradient, v>.
public func expectSecondDerivativesMatchFiniteDifferences(
  at points: [Tensor<Double>], step: Double = 1e-3, relative: Double = 1e-8, absolute: Double = 1e-9,
  _ comment: @autoclosure () -> String = "", sourceLocation: SourceLocation = #_sourceLocation,
  of function: @escaping TensorFunction
) throws {
  try expectGradientMatchesFiniteDifferences(
    at: points, step: step, relative: relative, absolute: absolute, "\(comment()) second derivative",
    sourceLocation: sourceLocation, of: directionalDerivative(of: function))
}

/// Expects first and second derivatives of `function` at `points` to match central differences.
public func expectDerivativesMatchFiniteDifferences(
  at points: [Tensor<Double>], step: Double = 1e-3, relative: Double = 1e-8, absolute: Double = 1e-9,
  _ comment: @autoclosure () -> String = "", sourceLocation: SourceLocation = #_sourceLocation,
  of function: @escaping TensorFunction
) throws {
  try expectGradientMatchesFiniteDifferences(
    at: points, step: step, relative: relative, absolute: absolute, comment(), sourceLocation: sourceLocation,
    of: function)
  try expectSecondDerivativesMatchFiniteDifferences(
    at: points, step: step, relative: relative, absolute: absolute, comment(), sourceLocation: sourceLocation,
    of: function)
}
