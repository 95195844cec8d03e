import EnergyTransformer
import Foundation
import Kit
import Reporting

/// Every model on every split, from several seeds of its weights.
struct Comparison {
  /// One training of one model on one split.
  struct Outcome: Codable, Sendable {
    let kind: NodeModelKind
    let fraction: Double
    let split: Int
    let seed: Int
    let epoch: Int
    let parameterCount: Int
    let seconds: Double
    /// The numbers of `measures`.
    let measures: [String: Double]
  }

  /// A trained Energy Transformer that figures and viewers show.
  struct Shown {
    let model: NodeEnergyTransformer<Float>
    /// The log-odds of an anomaly, of all nodes.
    let scores: [Double]
    /// The least log-odds that count as an anomaly, chosen on the validation nodes.
    let threshold: Double
  }

  /// AUROC on the validation nodes, by which the epoch was chosen, then what is measured on the test nodes; macro-F1 at the
  /// threshold of the best macro-F1 on the validation nodes.
  static let measures: [(name: String, label: String)] = [
    ("validation_auroc", "validation AUROC"), ("auroc", "AUROC"),
    ("average_precision", "average precision"), ("macro_f1", "macro-F1"),
  ]

  private(set) var outcomes: [Outcome] = []
  /// Scores of the test nodes of the first split of the largest part, first seed, for curves.
  private(set) var drawn: [(kind: NodeModelKind, scores: BinaryScores)] = []
  /// The energy of a node by part at every step, the mean over nodes, of each split of the largest part.
  private(set) var energies = BlockEnergies()
  /// The Energy Transformer of the first split of the largest part.
  private(set) var shown: Shown?

  /// - Parameter finished: Trainings that an interrupted run did are not done again, but for those that figures show.
  init(
    models: NodeModels, kinds: [NodeModelKind], splits: NodeSplits, tuning: Tuning, finished: NodeParts
  ) throws {
    let nodes = models.nodes
    let root = RandomStream(seed: models.training.seed).child(2)
    for (place, fraction) in splits.fractions.enumerated() {
      for (index, split) in splits.splits[place].enumerated() {
        for kind in kinds {
          let models = models.applying(tuning.setting(of: kind))
          for seed in 0..<models.training.seeds {
            let random = root.child(UInt64(kind.rawValue)).child(UInt64(place)).child(UInt64(index))
              .child(UInt64(seed))
            let name = "training-\(kind.rawValue)-\(place)-\(index)-\(seed)"
            let isShown =
              place == splits.largest && seed == 0 && (index == 0 || kind == .energyTransformer)
            if !isShown, case .training(let outcome)? = finished[name] {
              models.progress.skip(models.training.epochs)
              outcomes.append(outcome)
              continue
            }
            let started = Date()
            let trained = try models.trained(kind, on: split, random)
            let test = try nodes.scores(trained.scores, of: split.test)
            let threshold = trained.validation.bestThreshold.threshold
            let found = Outcome(
              kind: kind, fraction: fraction, split: index, seed: seed, epoch: trained.epoch,
              parameterCount: trained.parameterCount, seconds: Date().timeIntervalSince(started),
              measures: [
                "validation_auroc": try trained.validation.areaUnderROC, "auroc": try test.areaUnderROC,
                "average_precision": try test.averagePrecision,
                "macro_f1": test.operatingPoint(at: threshold).macroF1,
              ])
            _ = try finished.part(name) { .training(found) }
            outcomes.append(found)
            guard isShown else { continue }
            if index == 0 { drawn.append((kind, test)) }
            guard let model = trained.model as? NodeEnergyTransformer<Float> else { continue }
            if index == 0 { shown = Shown(model: model, scores: trained.scores, threshold: threshold) }
            energies.add(
              model.network.trace(nodes.features, on: models.energyGraph),
              dividedBy: Double(nodes.graph.nodeCount))
          }
        }
      }
    }
  }

  /// The learned numbers of a model.
  func parameterCount(_ kind: NodeModelKind) -> Int {
    outcomes.first { $0.kind == kind }?.parameterCount ?? 0
  }

  /// A measure of a model for a part of the nodes, by splits and seeds.
  func scores(_ kind: NodeModelKind, _ fraction: Double, _ measure: String) throws -> TrialScores {
    let found = outcomes.filter { $0.kind == kind && $0.fraction == fraction }
    let splits = (found.map(\.split).max() ?? -1) + 1
    return try TrialScores(
      (0..<splits).map { split in
        found.filter { $0.split == split }.map { $0.measures[measure] ?? .nan }
      })
  }

  /// Everything measured, one row a training.
  var table: CSVTable {
    let names = Self.measures.map(\.name)
    var table = CSVTable(
      columns: ["model", "train_fraction", "split", "seed", "epoch", "parameters"] + names)
    for outcome in outcomes {
      var row: [(any CustomStringConvertible)?] = [
        outcome.kind.label, outcome.fraction, outcome.split, outcome.seed, outcome.epoch,
        outcome.parameterCount,
      ]
      row += names.map { outcome.measures[$0] ?? .nan }
      table.addRow(printing: row)
    }
    return table
  }
}
