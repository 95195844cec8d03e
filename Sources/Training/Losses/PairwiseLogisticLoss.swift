import Foundation
import Foundations
public import Tensors

/// The logistic loss of pairs: the mean over pairs of log(1 + e^-(p - n)), for the score p of a positive and
/// n of a negative example. One number.
///
/// A constant added to all scores changes nothing, and its minimum ranks every positive example above every negative one:
/// it is a differentiable substitute for the area under the ROC curve.
///
/// - Parameters:
///   - positives: The scores of the positive examples, one per pair.
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

/// The logistic loss of all pairs of a positive and a negative example, without derivatives.
///
/// - Parameters:
///   - scores: One number per example, of both classes.
///   - isPositive: The class of each.
public func pairwiseLogisticLoss<Scalar: TensorScalar>(of scores: [Scalar], isPositive: [Bool]) -> Double {
  let labelled = Array(zip(scores, isPositive))
  let (positives, negatives) = (labelled.filter(\.1).map(\.0), labelled.filter { !$0.1 }.map(\.0))
  require(
    scores.count == isPositive.count && !positives.isEmpty && !negatives.isEmpty,
    "\(scores.count) scores with \(positives.count) positive of \(isPositive.count) labels, expected both classes"
  )
  let losses = positives.flatMap { positive in
    negatives.map { negative -> Double in
      let difference = Double(negative - positive)
      return max(difference, 0) + log1p(exp(-abs(difference)))
    }
  }
  return losses.reduce(0, +) / Double(losses.count)
}

/// The mean negative log-probability of labels under sigmoid(logit): mean of log(1 + e^logit) - y logit. One
/// number.
///
/// - Parameters:
///   - logits: One number per example.
///   - isPositive: The label y of each, in row-major order.
public func binaryCrossEntropy<Scalar>(_ logits: Tensor<Scalar>, isPositive: [Bool]) -> Tensor<Scalar> {
  require(logits.count == isPositive.count, "\(isPositive.count) labels for logits of shape \(logits.shape)")
  let labels = Tensor<Scalar>(shape: logits.shape, elements: isPositive.map { $0 ? 1 : 0 })
  return (logits.softplus() - logits * labels).mean()
}
