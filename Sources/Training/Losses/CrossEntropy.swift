import Foundations
public import Tensors

/// The mean negative log-probability of the labels under softmax(logits): one number.
///
/// With p the softmax over the last axis, w the class weights and s the smoothing, the loss of a row is
/// -(1 - s) w[y] log p[y] - (s / classes) sum over c of w[c] log p[c];
/// the result is the sum over rows divided by the sum of w[y]. Safe for logits of any size.
///
/// - Parameters:
///   - logits: [..., classes].
///   - labels: The class of each row, in row-major order.
///   - classWeights: One weight per class, 1 unless given; not all labels may have weight 0.
///   - smoothing: The share of the probability that the target spreads evenly over all classes.
/// - Cost: That of ``negativeLogLikelihoods(_:labels:)``; with smoothing a sweep over all classes beside it.
public func crossEntropy<Scalar>(
  _ logits: Tensor<Scalar>, labels: [Int], classWeights: [Double]? = nil, smoothing: Double = 0
) -> Tensor<Scalar> {
  require(logits.rank >= 1, "cross-entropy needs a last axis of classes, not shape \(logits.shape)")
  let classes = logits.shape[logits.rank - 1]
  let rows = logits.shape.dropLast().reduce(1, *)
  require(labels.count == rows, "\(labels.count) labels for logits of shape \(logits.shape)")
  require((0...1).contains(smoothing), "smoothing must lie in 0...1, not \(smoothing)")
  let weights = classWeights ?? Array(repeating: 1, count: classes)
  require(weights.count == classes, "\(weights.count) class weights for \(classes) classes")
  require(weights.allSatisfy { $0 >= 0 && $0.isFinite }, "class weights must be at least 0: \(weights)")

  let table = logits.reshaped([rows, classes])
  let losses = negativeLogLikelihoods(table, labels: labels.map(Optional.some))
  let total = labels.reduce(0.0) { $0 + weights[$1] }
  require(total > 0, "the weights of all \(labels.count) labels add up to 0")
  if classWeights == nil && smoothing == 0 { return losses.sum() / Scalar(total) }

  let ofRows = labels.map { Scalar((1 - smoothing) * weights[$0]) }
  var sum = (losses * Tensor(shape: [rows], elements: ofRows)).sum()
  if smoothing > 0 {
    let spread = weights.map { Scalar($0 * smoothing / Double(classes)) }
    let ofClasses = table.logSumExp().expanded(axis: 1) - table
    sum = sum + (ofClasses * Tensor(shape: [1, classes], elements: spread)).sum()
  }
  return sum / Scalar(total)
}
