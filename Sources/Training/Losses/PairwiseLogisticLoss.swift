import Foundations
public import Tensors

/// The logistic loss of pairs: the mean over pairs of log(1 + e^-(p - n)), for the score p of a positive and
/// n of a negative example. One number.
///
/// Whatever is added to all scores alike makes no difference, and its minimum ranks every positive example
/// above every negative one: it stands for the area under the ROC curve.
///
/// - Parameters:
///   - positives: The scores of the positive examples, one a pair.
///   - negatives: Those of the negative ones, of the same shape.
/// - Source: Burges et al., "Learning to rank using gradient descent", ICML 2005.
public func pairwiseLogisticLoss<Scalar>(
  positives: Tensor<Scalar>, negatives: Tensor<Scalar>
) -> Tensor<Scalar> {
  require(
    positives.shape == negatives.shape,
    "positive scores of shape \(positives.shape), negative ones of \(negatives.shape)")
  return (negatives - positives).softplus().mean()
}

/// The mean negative log-probability of labels under sigmoid(logit): mean of log(1 + e^logit) - y logit. One
/// number.
///
/// - Parameters:
///   - logits: One number an example.
///   - isPositive: The label y of each, in row-major order.
public func binaryCrossEntropy<Scalar>(_ logits: Tensor<Scalar>, isPositive: [Bool]) -> Tensor<Scalar> {
  require(logits.count == isPositive.count, "\(isPositive.count) labels for logits of shape \(logits.shape)")
  let labels = Tensor<Scalar>(shape: logits.shape, elements: isPositive.map { $0 ? 1 : 0 })
  return (logits.softplus() - logits * labels).mean()
}
