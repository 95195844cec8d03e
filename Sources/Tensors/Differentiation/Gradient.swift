/// Derivatives of one tensor with respect to variables it depends on, by reverse accumulation.
///
/// Derivatives can be differentiated again: where the result depends on a variable outside `variables`, or a
/// variable has a history of its own, the derivatives carry theirs.
///
/// - Parameters:
///   - result: What is differentiated; one number unless `cotangent` is given.
///   - variables: Tensors made by `variable()`. Where one depends on another, it is held constant for that other.
///   - cotangent: Weights of the result's elements, of its shape; 1 for a single number.
/// - Returns: One tensor of the variable's shape for each variable, zeros where the result does not depend on it.
/// - Cost: A small multiple of computing the result.
@_specialize(where Scalar == Float)
public func gradients<Scalar>(
  of result: Tensor<Scalar>, withRespectTo variables: [Tensor<Scalar>], cotangent: Tensor<Scalar>? = nil
) -> [Tensor<Scalar>] {
  var pass = ReversePass(result: result, variables: variables)
  return pass.run(seed: cotangent)
}

/// The gradient of `function` at `point`.
@_specialize(where Scalar == Float)
public func gradient<Scalar>(
  at point: Tensor<Scalar>, of function: (Tensor<Scalar>) throws -> Tensor<Scalar>
) rethrows -> Tensor<Scalar> {
  try valueWithGradient(at: point, of: function).gradient
}

/// The value and the gradient of `function`, which returns one number, at `point`.
@_specialize(where Scalar == Float)
public func valueWithGradient<Scalar>(
  at point: Tensor<Scalar>, of function: (Tensor<Scalar>) throws -> Tensor<Scalar>
) rethrows -> (value: Tensor<Scalar>, gradient: Tensor<Scalar>) {
  let (value, gradients) = try valueWithGradients(at: [point]) { try function($0[0]) }
  return (value, gradients[0])
}

/// The value and the gradients of `function`, which returns one number, with respect to several tensors.
@_specialize(where Scalar == Float)
public func valueWithGradients<Scalar>(
  at points: [Tensor<Scalar>], of function: ([Tensor<Scalar>]) throws -> Tensor<Scalar>
) rethrows -> (value: Tensor<Scalar>, gradients: [Tensor<Scalar>]) {
  let variables = points.map { $0.variable() }
  let value = try function(variables)
  var pass = ReversePass(result: value, variables: variables)
  // The value keeps its history only where it depends on an outer variable, which its gradient need not do.
  let kept = pass.recordsItself ? value : value.detached
  let results = pass.run(seed: nil)
  for variable in variables { variable.node?.isFinished = true }
  return (kept, results)
}
