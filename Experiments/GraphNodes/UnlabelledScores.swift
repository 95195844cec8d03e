import Baselines
import EnergyTransformer
import Kit
import Reporting

/// Scores of nodes that need no label: a model learns to fill in masked features; a node that it finds unlikely may be
/// an anomaly.
struct UnlabelledScores {
  /// A score: its name in the summary, and what tables call it.
  struct Score {
    let name: String
    let label: String
    /// AUROC over all nodes, one a training; a single number where there is nothing to train.
    var areas: [Double] = []
  }

  private(set) var scores: [Score] = []
  /// The mean squared error of filled-in features, the mean over nodes, one a training.
  private(set) var errors: [Double] = []

  init(models: NodeModels) throws {
    let nodes = models.nodes
    if models.training.unlabelledRuns > 0 {
      scores = [
        ("energy", "Node's energy after the descent"), ("reconstruction", "Reconstruction error"),
        ("energy_start", "Node's energy before the descent"),
        ("energy_attention", "Attention part of the energy after the descent"),
        ("energy_memory", "Memory part of the energy after the descent"),
      ].map { Score(name: "\($0)_score_auroc", label: $1) }
    }
    let root = RandomStream(seed: models.training.seed).child(3)
    for run in 0..<models.training.unlabelledRuns {
      let model = try Self.trained(models, random: root.child(UInt64(run)))
      let energies = model.energies(nodes.features, on: models.energyGraph)
      let error = model.reconstructionErrors(
        nodes.features, on: models.energyGraph, share: models.training.mask,
        random: root.child(UInt64(run)).child(2))
      let found = [
        energies.after.total, error, energies.before.total, energies.after.attention, energies.after.memory,
      ]
      for (index, values) in found.enumerated() {
        scores[index].areas.append(try nodes.areaUnderROC(values.elements.map(Double.init)))
      }
      errors.append(Double(error.mean().scalar))
    }
    let rows = nodes.graph.neighbours.rowStarts
    for (name, label, values) in [
      (
        "distance", "Distance of the features from the mean of the neighbours",
        neighbourDistances(nodes.features, neighbours: nodes.graph.neighbours)
      ),
      ("degree", "Number of neighbours", zip(rows, rows.dropFirst()).map { Double($1 - $0) }),
    ] {
      scores.append(
        Score(name: "\(name)_score_auroc", label: label, areas: [try nodes.areaUnderROC(values)]))
    }
  }

  private static func trained(
    _ models: NodeModels, random: RandomStream
  ) throws -> NodeFeatureReconstruction<Float> {
    let (nodes, graph, training) = (models.nodes, models.energyGraph, models.training)
    let model = NodeFeatureReconstruction<Float>(models.network, random: random.child(0))
    let count = max(1, Int((training.mask * Double(nodes.graph.nodeCount)).rounded()))
    var loop = models.loop(model, random)
    try loop.run(to: training.maskEpochs) { update, _ in
      random.child(1).child(UInt64(update))
    } loss: { model, random, _ in
      var draws = random.child(0)
      let masked = draws.permutation(of: nodes.graph.nodeCount).prefix(count).sorted()
      let completed = model.completed(nodes.features, on: graph, masked: masked, training: random.child(1))
      return meanSquaredError(completed, nodes.features.gathered(masked, axis: 0))
    } onUpdate: {
      models.progress.advance(loss: $0.loss)
    }
    return loop.model
  }
}
