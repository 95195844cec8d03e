import EnergyTransformer
import Kit

/// A trained model at its best epoch.
struct TrainedNodes {
  let model: any NodeClassifier<Float>
  /// The log-odds of an anomaly, of all nodes.
  let scores: [Double]
  /// The updates it had.
  let epoch: Int
  let validation: BinaryScores
  let parameterCount: Int
}

extension NodeModels {
  /// Updates from one look at the validation nodes to the next.
  static let interval = 2

  /// Trains a model on the training nodes of a split; epoch and threshold come from its validation nodes.
  func train<Model: NodeClassifier<Float>>(
    _ model: Model, on graph: Model.Graph, _ split: StratifiedSplit, _ random: RandomStream
  ) throws -> TrainedNodes {
    let inputDropout = self.model.inputDropout
    var loop = TrainingLoop(
      model: model, optimizer: optimizer(model.parameters), schedule: .constant(training.rate),
      random: random, gradientNormLimit: 1)
    defer { progress.skip(training.epochs - loop.updateCount) }
    let labels = split.training.map { nodes.graph.labels[$0] }
    // One anomaly weighs as much as all the normal nodes that stand against it.
    let anomalies = labels.count { $0 == 1 }
    let weights = [1, Double(labels.count - anomalies) / Double(anomalies)]
    let epochs = (training.epochs + Self.interval - 1) / Self.interval
    let best = try loop.runKeepingBest(of: epochs) { loop, epoch in
      var loss = 0.0
      try loop.run(to: min(epoch * Self.interval, training.epochs)) { update, _ in
        random.child(UInt64(update))
      } loss: { model, random, _ in
        let features = nodes.features.withDropout(inputDropout, random: random.child(1))
        let logits = model.logits(features, on: graph, training: random.child(0))
        return crossEntropy(
          logits.gathered(split.training, axis: 0), labels: labels, classWeights: weights)
      } onUpdate: {
        loss = $0.loss
        progress.advance(loss: loss)
      }
      return loss
    } validate: {
      ValidationScore(score: try nodes.scores(logOdds($0, on: graph), of: split.validation).areaUnderROC)
    } shouldContinue: { epoch, best in
      epoch.updateCount - best.updateCount < training.patience
    }
    let scores = try logOdds(best.model, on: graph)
    return TrainedNodes(
      model: best.model, scores: scores, epoch: best.epoch.updateCount,
      validation: try nodes.scores(scores, of: split.validation), parameterCount: model.parameterCount)
  }

  private func logOdds<Model: NodeClassifier<Float>>(
    _ model: Model, on graph: Model.Graph
  ) throws -> [Double] {
    let logits = model.logits(nodes.features, on: graph).elements
    let scores = nodes.graph.labels.indices.map { Double(logits[2 * $0 + 1]) - Double(logits[2 * $0]) }
    guard scores.allSatisfy(\.isFinite) else { throw NonFiniteValue(quantity: "a score") }
    return scores
  }

  /// AdamW whose decay is on matrices.
  func optimizer(_ parameters: ParameterValues<Float>) -> AdamW<Float> {
    AdamW(weightDecay: WeightDecay(training.weightDecay, on: .matrices(of: parameters)))
  }
}
