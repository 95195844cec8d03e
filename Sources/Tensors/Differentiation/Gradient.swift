/// Derivatives of one tensor with respect to variables it depends on, by reverse accumulation.
///
/// Derivatives can be differentiated again: where the result depends on a variable outside `variables`, or a
/// variable has a history of its own, the derivatives carry theirs.
///
/// - Parameters:
///   - result: What is differentiated; one number unless `cotangent` is given.
///   - variables: Tensors made by `variable()`.
///   - cotangent: Weights of the result's elements, of its shape; 1 for a single number.
/// - Returns: One tensor of the variable's shape for each variable, zeros where the result does not depend on it.
/// - Cost: A small multiple of computing the result.
public func gradients<Scalar>(
  of result: Tensor<Scalar>, withRespectTo variables: [Tensor<Scalar>], cotangent: Tensor<Scalar>? = nil
) -> [Tensor<Scalar>] {
  let seed: Tensor<Scalar>
  if let cotangent {
    precondition(
      cotangent.shape == result.shape,
      "cotangent of shape \(cotangent.shape) for a result of shape \(result.shape)")
    seed = cotangent
  } else {
    precondition(
      result.count == 1,
      "a gradient needs a result of one element, not shape \(result.shape): sum it or give a cotangent")
    seed = .ones(result.shape)
  }
  var pass = ReversePass(result: result, variables: variables)
  return pass.run(seed: seed)
}

/// The gradient of `function` at `point`.
public func gradient<Scalar>(
  at point: Tensor<Scalar>, of function: (Tensor<Scalar>) throws -> Tensor<Scalar>
) rethrows -> Tensor<Scalar> {
  try valueWithGradient(at: point, of: function).gradient
}

/// The value and the gradient of `function`, which returns one number, at `point`.
public func valueWithGradient<Scalar>(
  at point: Tensor<Scalar>, of function: (Tensor<Scalar>) throws -> Tensor<Scalar>
) rethrows -> (value: Tensor<Scalar>, gradient: Tensor<Scalar>) {
  let (value, gradients) = try valueWithGradients(at: [point]) { try function($0[0]) }
  return (value, gradients[0])
}

/// The value and the gradients of `function`, which returns one number, with respect to several tensors.
public func valueWithGradients<Scalar>(
  at points: [Tensor<Scalar>], of function: ([Tensor<Scalar>]) throws -> Tensor<Scalar>
) rethrows -> (value: Tensor<Scalar>, gradients: [Tensor<Scalar>]) {
  let variables = points.map { $0.variable() }
  let value = try function(variables)
  let results = gradients(of: value, withRespectTo: variables)
  // The value keeps its history only where an outer derivative is being taken.
  let outer = points.contains { $0.isTracked } || results.contains { $0.isTracked }
  return (outer ? value : value.detached, results)
}
