import Foundations
public import Tensors

/// The mean of (prediction - target)^2 over all elements: one number.
public func meanSquaredError<Scalar>(_ prediction: Tensor<Scalar>, _ target: Tensor<Scalar>) -> Tensor<Scalar>
{
  preconditionSameShape(prediction, target)
  return (prediction - target).squared().mean()
}

/// The mean of (prediction - target)^2 over the masked elements only: one number.
///
/// sum of mask (prediction - target)^2 / sum of mask, the mask being repeated over the axes it lacks. Values
/// between 0 and 1 are weights.
///
/// - Parameters:
///   - prediction: What a model gives.
///   - target: What it should give, of the same shape.
///   - mask: 1 where the error counts, 0 where not; of the shape of the prediction or of its first axes, such as
///     [batch, tokens] for a prediction [batch, tokens, pixels]. At least one element counts.
public func maskedMeanSquaredError<Scalar>(
  _ prediction: Tensor<Scalar>, _ target: Tensor<Scalar>, mask: Tensor<Scalar>
) -> Tensor<Scalar> {
  preconditionSameShape(prediction, target)
  let weights = expanded(mask, over: prediction.shape)
  let each = prediction.count / max(1, weights.count)
  let total = mask.sum().scalar * Scalar(each)
  require(total > 0, "the mask of shape \(mask.shape) selects nothing: the mean has no elements")
  return ((prediction - target).squared() * weights).sum() / total
}

/// The mean of (prediction - target)^2 over the masked elements of each example, such as the hidden pixels of an image: a
/// measure, not a loss.
///
/// - Parameters:
///   - prediction: What a model gives.
///   - target: What it should give, of the same shape.
///   - mask: 1 where the error counts, 0 where not, [batch, …] as the prediction.
public func meanSquaredErrors<Scalar>(
  _ prediction: Tensor<Scalar>, _ target: Tensor<Scalar>, mask: Tensor<Scalar>
) -> [Double] {
  preconditionSameShape(prediction, target)
  preconditionSameShape(prediction, mask)
  let axes = Array(1..<target.rank)
  let errors = ((prediction - target).squared() * mask).sum(axes: axes).elements
  return zip(errors, mask.sum(axes: axes).elements).map { Double($0) / Double($1) }
}

/// The sum of weights (prediction - target)^2 over all elements: one number.
///
/// A sum over examples, so that pieces of a batch can be worked on by themselves: with weights that are a mask divided
/// by the number of elements that count in the whole batch, the pieces' sums add up to the masked mean squared error.
///
/// - Parameters:
///   - prediction: What a model gives.
///   - target: What it should give, of the same shape.
///   - weights: Constants, of the shape of the prediction or of its first axes.
public func weightedSquaredError<Scalar>(
  _ prediction: Tensor<Scalar>, _ target: Tensor<Scalar>, weights: Tensor<Scalar>
) -> Tensor<Scalar> {
  preconditionSameShape(prediction, target)
  let weights = expanded(weights, over: prediction.shape).detached
  let errors = (prediction.detached - target.detached) * weights
  // The derivative 2 w (p - t) is at hand with the value: the sum of p - t times its half.
  let value = (errors * (prediction.detached - target.detached)).sum()
  return .differentiable(value, inputs: [prediction, target]) { pull in
    let slope = pull.isDifferentiated ? (pull.inputs[0] - pull.inputs[1]) * weights : errors
    let change = slope * (pull.cotangent * 2).reshaped(Array(repeating: 1, count: slope.rank))
    return [pull.needed[0] ? change : nil, pull.needed[1] ? -change : nil]
  }
}

/// The loss in the original authors' code: the root of the mean over all elements, masked or not, of the
/// squared masked error.
///
/// sqrt(sum of (mask (prediction - target))^2 / number of all elements). It is not the masked mean squared
/// error that the paper's text describes: with a mask of 0 and 1 that covers a share f of the elements, this
/// loss is sqrt(f * masked mean squared error). Where every error is 0 the derivative is taken as 0.
///
/// - Source: `mse_patch_loss` in the code published with Hoover et al. 2023.
public func rootMeanSquaredOverAllPatches<Scalar>(
  _ prediction: Tensor<Scalar>, _ target: Tensor<Scalar>, mask: Tensor<Scalar>
) -> Tensor<Scalar> {
  preconditionSameShape(prediction, target)
  let errors = (prediction - target) * expanded(mask, over: prediction.shape)
  // The bound makes the derivative at 0, infinity times 0 otherwise, a plain 0.
  return errors.squared().mean().atLeast(.leastNormalMagnitude).squareRoot()
}

private func preconditionSameShape<Scalar>(_ prediction: Tensor<Scalar>, _ target: Tensor<Scalar>) {
  require(
    prediction.shape == target.shape,
    "a prediction of shape \(prediction.shape) for a target of shape \(target.shape)")
}

/// The mask with axes of size 1 where it lacks those of `shape`.
private func expanded<Scalar>(_ mask: Tensor<Scalar>, over shape: [Int]) -> Tensor<Scalar> {
  require(
    mask.rank <= shape.count && mask.shape == Array(shape[..<mask.rank]),
    "a mask of shape \(mask.shape) for a prediction of shape \(shape)")
  return mask.reshaped(mask.shape + Array(repeating: 1, count: shape.count - mask.rank))
}
