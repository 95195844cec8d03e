import EnergyTransformer
import Foundation
import Kit

/// Every model on every split, from several seeds of its weights.
struct Comparison {
  /// One training of one model on one split.
  struct Outcome {
    let kind: NodeModelKind
    let fraction: Double
    let split: Int
    let seed: Int
    let epoch: Int
    let parameterCount: Int
    let seconds: Double
    /// AUROC on the validation nodes, by which the epoch was chosen.
    let validation: Double
    let areaUnderROC: Double
    let averagePrecision: Double
    /// On the test nodes at the threshold of the best macro-F1 on the validation nodes.
    let macroF1: Double
  }

  private(set) var outcomes: [Outcome] = []
  /// Scores of the test nodes of the first split of the largest part, first seed, for curves.
  private(set) var drawn: [(kind: NodeModelKind, scores: BinaryScores)] = []
  /// The energy of a node by part at every step, the mean over nodes, of each split of the largest part.
  private(set) var energies = BlockEnergies()
  /// The Energy Transformer of the first split of the largest part.
  private(set) var shown: (model: NodeEnergyTransformer<Float>, scores: [Double])?

  init(models: NodeModels, kinds: [NodeModelKind], splits: NodeSplits, tuning: Tuning) throws {
    let nodes = models.nodes
    let root = RandomStream(seed: models.training.seed).child(2)
    for (place, fraction) in splits.fractions.enumerated() {
      for (index, split) in splits.splits[place].enumerated() {
        for kind in kinds {
          let models = models.applying(tuning.setting(kind))
          for seed in 0..<models.training.seeds {
            let random = root.child(UInt64(kind.rawValue)).child(UInt64(place)).child(UInt64(index))
              .child(UInt64(seed))
            let started = Date()
            let trained = try models.trained(kind, on: split, random)
            let test = try nodes.scores(trained.scores, of: split.test)
            let threshold = trained.validation.bestThreshold.threshold
            outcomes.append(
              Outcome(
                kind: kind, fraction: fraction, split: index, seed: seed, epoch: trained.epoch,
                parameterCount: trained.parameterCount, seconds: Date().timeIntervalSince(started),
                validation: try trained.validation.areaUnderROC, areaUnderROC: try test.areaUnderROC,
                averagePrecision: try test.averagePrecision,
                macroF1: test.operatingPoint(at: threshold).macroF1))
            guard place == splits.largest, seed == 0 else { continue }
            if index == 0 { drawn.append((kind, test)) }
            guard let model = trained.model as? NodeEnergyTransformer<Float> else { continue }
            if index == 0 { shown = (model, trained.scores) }
            energies.add(
              model.network.trace(nodes.features, on: models.energyGraph),
              dividedBy: Double(nodes.graph.nodeCount))
          }
        }
      }
    }
  }

  /// A measure of a model for a part of the nodes, by splits and seeds.
  func scores(
    _ kind: NodeModelKind, _ fraction: Double, _ value: (Outcome) -> Double
  ) throws -> TrialScores {
    let found = outcomes.filter { $0.kind == kind && $0.fraction == fraction }
    let splits = (found.map(\.split).max() ?? -1) + 1
    return try TrialScores((0..<splits).map { split in found.filter { $0.split == split }.map(value) })
  }

  /// Everything measured, one row a training.
  var table: CSVTable {
    var table = CSVTable(columns: [
      "model", "train_fraction", "split", "seed", "epoch", "parameters", "validation_auroc", "auroc",
      "average_precision", "macro_f1",
    ])
    for outcome in outcomes {
      table.addRow([
        outcome.kind.label, "\(outcome.fraction)", "\(outcome.split)", "\(outcome.seed)",
        "\(outcome.epoch)", "\(outcome.parameterCount)", "\(outcome.validation)",
        "\(outcome.areaUnderROC)", "\(outcome.averagePrecision)", "\(outcome.macroF1)",
      ])
    }
    return table
  }
}
