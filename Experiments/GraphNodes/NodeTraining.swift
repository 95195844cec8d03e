import EnergyTransformer
import Kit

/// Trains a model on the training nodes of a split; epoch and threshold come from its validation nodes.
struct NodeTraining: NodeModelUse {
  typealias Outcome = Trained

  let nodes: PreparedNodes
  let split: StratifiedSplit
  let training: TrainingOptions
  /// The share of features that training leaves out.
  let inputDropout: Double
  let random: RandomStream
  let progress: WorkProgress

  /// Updates from one look at the validation nodes to the next.
  static let interval = 2

  /// A trained model at its best epoch.
  struct Trained {
    let model: any NodeClassifier<Float>
    /// The log-odds of an anomaly, of all nodes.
    let scores: [Double]
    let epoch: Int
    let validation: BinaryScores
    let parameterCount: Int
  }

  func use<Model: NodeClassifier<Float>>(_ model: Model, on graph: Model.Graph) throws -> Trained {
    var loop = TrainingLoop(
      model: model, optimizer: optimizer(model.parameters, training), schedule: .constant(training.rate),
      random: random, gradientNormLimit: 1)
    defer { progress.skip(training.epochs - loop.updateCount) }
    let labels = split.training.map { nodes.graph.labels[$0] }
    // One anomaly weighs as much as all the normal nodes that stand against it.
    let anomalies = labels.count { $0 == 1 }
    let weights = [1, Double(labels.count - anomalies) / Double(anomalies)]
    var best: (area: Double, found: Trained)?
    while loop.updateCount < training.epochs {
      let update = try loop.update(of: training.epochs) { update, _ in
        random.child(UInt64(update))
      } loss: { model, random, _ in
        let features = nodes.features.withDropout(inputDropout, random.child(1))
        let logits = model.logits(features, on: graph, dropout: random.child(0))
        return crossEntropy(
          logits.gathered(split.training, axis: 0), labels: labels, classWeights: weights)
      }
      let epoch = loop.updateCount
      progress.advance(loss: update.loss)
      guard epoch % Self.interval == 0 || epoch == training.epochs else { continue }
      let found = try judged(loop.model, on: graph, epoch: epoch)
      let area = try found.validation.areaUnderROC
      if best.map({ area > $0.area }) ?? true { best = (area, found) }
      if epoch - (best?.found.epoch ?? epoch) >= training.patience { break }
    }
    guard let best else { fatalError("a training without an update") }
    return best.found
  }

  private func judged<Model: NodeClassifier<Float>>(
    _ model: Model, on graph: Model.Graph, epoch: Int
  ) throws -> Trained {
    let logits = model.logits(nodes.features, on: graph).elements
    let scores = nodes.graph.labels.indices.map { Double(logits[2 * $0 + 1]) - Double(logits[2 * $0]) }
    guard scores.allSatisfy(\.isFinite) else { throw NonFiniteValue(quantity: "a score") }
    return Trained(
      model: model, scores: scores, epoch: epoch,
      validation: try nodes.scores(scores, of: split.validation), parameterCount: model.parameterCount)
  }
}

extension NodeModels {
  /// Trains a model of a kind on the training nodes of a split.
  func trained(
    _ kind: NodeModelKind, on split: StratifiedSplit, _ random: RandomStream, _ progress: WorkProgress
  ) throws -> NodeTraining.Trained {
    let training = NodeTraining(
      nodes: nodes, split: split, training: training, inputDropout: model.inputDropout,
      random: random.child(1), progress: progress)
    return try with(kind, random: random.child(0), training)
  }
}

/// AdamW whose decay is on matrices.
func optimizer(_ parameters: ParameterValues<Float>, _ training: TrainingOptions) -> AdamW<Float> {
  AdamW(weightDecay: WeightDecay(training.weightDecay, on: .matrices(of: parameters)))
}
