import EnergyTransformer
import Kit
import Reporting

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
    var loop = loop(model, random)
    defer { progress.skip(training.epochs - loop.updateCount) }
    let classifier = BinaryNodeTraining<Model>(
      isPositive: nodes.isAnomaly, interval: Self.interval, patience: training.patience
    ) { model, training in
      let features = nodes.features.withDropout(self.model.inputDropout, random: training?.child(1))
      return model.logits(features, on: graph, training: training?.child(0))
    }
    let trained = try classifier.run(
      &loop, updates: training.epochs, on: split.training, validatedOn: split.validation, random: random
    ) { progress.advance(loss: $0) }
    return TrainedNodes(
      model: trained.best.model, scores: trained.scores, epoch: trained.best.epoch.updateCount,
      validation: trained.validation, parameterCount: model.parameterCount)
  }

  /// A loop of AdamW, whose decay is on matrices, at a constant rate.
  func loop<Model: Parameterized<Float>>(_ model: Model, _ random: RandomStream) -> TrainingLoop<Model, Void>
  {
    let decay = WeightDecay(training.weightDecay, on: .matrices(of: model.parameters))
    return TrainingLoop(
      model: model, optimizer: AdamW(weightDecay: decay), schedule: .constant(training.rate),
      random: random, gradientNormLimit: 1)
  }
}
