import Foundations
public import Tensors

/// How a model learns to find the positives among the nodes of one graph, all of which it sees at once: every update is on all
/// nodes that are learned from, a positive weighs as much as all the others that stand against it, and the update is kept
/// after which the model ranks other nodes best.
public struct BinaryNodeTraining<Model: Parameterized> {
  public typealias Scalar = Model.Scalar
  /// The logits of all nodes, [nodes, 2], the positive class second. In training there is a stream to draw from, otherwise
  /// nil.
  public typealias Logits = (_ model: Model, _ training: RandomStream?) -> Tensor<Scalar>

  /// A model at its best epoch.
  public struct Trained {
    public let best: BestEpoch<Model>
    /// The log-odds of the positive class, of all nodes.
    public let scores: [Double]
    /// How they rank the nodes that chose the epoch.
    public let validation: BinaryScores
  }

  private let isPositive: [Bool]
  private let interval: Int
  private let patience: Int
  private let logits: Logits

  /// - Parameters:
  ///   - isPositive: The class of every node.
  ///   - interval: Updates from one look at the other nodes to the next, an epoch.
  ///   - patience: Updates without a better look after which a training ends.
  ///   - logits: The logits of all nodes, for learning.
  public init(isPositive: [Bool], interval: Int, patience: Int, logits: @escaping Logits) {
    require(
      interval > 0 && patience > 0, "an interval of \(interval) and a patience of \(patience) updates")
    (self.isPositive, self.interval, self.patience, self.logits) = (isPositive, interval, patience, logits)
  }

  /// Trains on some nodes and returns the model of the epoch with the largest area under the ROC curve of others; of equals
  /// the first.
  ///
  /// - Parameters:
  ///   - loop: A loop before its first update.
  ///   - updates: Updates at most.
  ///   - nodes: The nodes that are learned from.
  ///   - others: The nodes that the epoch is chosen by.
  ///   - random: What the model draws from: a child an update.
  ///   - onUpdate: Sees the loss of every update.
  /// - Throws: ``NonFiniteValue``, `MetricError` where the other nodes are of one class, and whatever `onUpdate` throws.
  public func run(
    _ loop: inout TrainingLoop<Model, Void>, updates: Int, on nodes: [Int], validatedOn others: [Int],
    random: RandomStream, onUpdate: (_ loss: Double) throws -> Void = { _ in }
  ) throws -> Trained {
    let labels = nodes.map { isPositive[$0] ? 1 : 0 }
    let positives = labels.count { $0 == 1 }
    let weights = [1, Double(labels.count - positives) / Double(positives)]
    let best = try loop.runKeepingBest(of: (updates + interval - 1) / interval) { loop, epoch in
      var last = 0.0
      try loop.run(to: min(epoch * interval, updates)) { update, _ in
        random.child(UInt64(update))
      } loss: { model, random, _ in
        crossEntropy(
          logits(model, random).gathered(nodes, axis: 0), labels: labels, classWeights: weights)
      } onUpdate: {
        last = $0.loss
        try onUpdate(last)
      }
      return last
    } validate: { model in
      ValidationScore(score: try ranking(logOdds(model), of: others).areaUnderROC)
    } shouldContinue: { epoch, best in
      epoch.updateCount - best.updateCount < patience
    }
    let scores = try logOdds(best.model)
    return Trained(best: best, scores: scores, validation: try ranking(scores, of: others))
  }

  private func logOdds(_ model: Model) throws -> [Double] {
    let logits = logits(model, nil).elements
    let scores = isPositive.indices.map { Double(logits[2 * $0 + 1]) - Double(logits[2 * $0]) }
    guard scores.allSatisfy(\.isFinite) else { throw NonFiniteValue(quantity: "a score") }
    return scores
  }

  private func ranking(_ scores: [Double], of nodes: [Int]) throws -> BinaryScores {
    try BinaryScores(nodes.map { scores[$0] }, isPositive: nodes.map { isPositive[$0] })
  }
}
