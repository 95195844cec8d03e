import Foundations
public import Tensors

/// The negative log-probability of some rows' labels under softmax(logits), a number for each, in their order.
///
/// - Parameters:
///   - logits: [..., classes].
///   - labels: The class of each row, in row-major order; nil for rows that are left out.
/// - Returns: [rows with a label]; the gradient of the other rows is 0.
/// - Cost: One log-sum-exp a row, and one gathered number.
public func negativeLogLikelihoods<Scalar>(
  _ logits: Tensor<Scalar>, labels: [Int?]
) -> Tensor<Scalar> {
  require(logits.rank >= 1, "cross-entropy needs a last axis of classes, not shape \(logits.shape)")
  let classes = logits.shape[logits.rank - 1]
  let rows = logits.shape.dropLast().reduce(1, *)
  require(labels.count == rows, "\(labels.count) labels for logits of shape \(logits.shape)")
  let kept = labels.indices.filter { labels[$0] != nil }
  let chosen = kept.map { row in
    let label = labels[row] ?? 0
    require(label >= 0 && label < classes, "label \(label) outside \(classes) classes")
    return row * classes + label
  }
  var table = logits.reshaped([rows, classes])
  let picked = table.reshaped([rows * classes]).gathered(chosen, axis: 0)
  if kept.count < rows { table = table.gathered(kept, axis: 0) }
  return table.logSumExp() - picked
}

/// The mean negative log-probability of the labels under softmax(logits) over the rows that have one: one number.
///
/// - Parameters:
///   - logits: [..., classes].
///   - labels: The class of each row, in row-major order; nil for rows that are left out. One row has a label at least.
public func crossEntropy<Scalar>(_ logits: Tensor<Scalar>, labels: [Int?]) -> Tensor<Scalar> {
  let losses = negativeLogLikelihoods(logits, labels: labels)
  require(losses.count > 0, "none of \(labels.count) rows has a label")
  return losses.mean()
}
