import EnergyTransformer
import Foundation
import Kit
import Reporting

/// What is tuned for every model alike.
struct NodeSetting: Equatable {
  var rate: Double
  var weightDecay: Double
  /// Share of the hidden units that training leaves out.
  var dropout: Double
  /// Share of the features that training leaves out.
  var inputDropout: Double

  /// The numbers by their names in tables.
  var numbers: KeyValuePairs<String, Double> {
    ["rate": rate, "weight_decay": weightDecay, "dropout": dropout, "input_dropout": inputDropout]
  }

  /// The settings that every model tries, the same in every run: those of the options, then others drawn at random, rate
  /// and decay evenly by their logarithms.
  static func candidates(_ count: Int, _ model: ModelOptions, _ training: TrainingOptions) -> [NodeSetting] {
    var random = RandomStream(seed: 0).child(4)
    let given = NodeSetting(
      rate: training.rate, weightDecay: training.weightDecay, dropout: model.dropout,
      inputDropout: model.inputDropout)
    return [given]
      + (1..<max(1, count)).map { _ in
        NodeSetting(
          rate: random.logarithmic(from: 0.001, to: 0.03),
          weightDecay: random.logarithmic(from: 0.01, to: 3),
          dropout: [0, 0.2, 0.5][random.integer(below: 3)],
          inputDropout: [0, 0.2, 0.5, 0.8][random.integer(below: 4)])
      }
  }
}

extension RandomStream {
  /// A number between two positive ones whose logarithm is evenly distributed, to two digits.
  fileprivate mutating func logarithmic(from low: Double, to high: Double) -> Double {
    let value = exp(log(low) + (log(high) - log(low)) * uniform())
    let unit = pow(10, floor(log10(value)) - 1)
    return (value / unit).rounded() * unit
  }
}

/// The trials of every model on the nodes set aside for tuning, and the setting that each model takes from them.
struct Tuning {
  /// One setting of one model on one split of the nodes set aside.
  struct Trial {
    let kind: NodeModelKind
    let candidate: Int
    let split: Int
    /// What follows is nil where the training left the finite numbers.
    var epoch: Int?
    /// AUROC on the nodes by which the epoch was chosen.
    var validation: Double?
    /// AUROC on the nodes by which the setting is judged.
    var judged: Double?
  }

  let candidates: [NodeSetting]
  private(set) var trials: [Trial] = []
  private var chosen: [NodeModelKind: Int] = [:]

  /// Tries nothing where there is one candidate or no split: every model then takes the first.
  init(
    models: NodeModels, kinds: [NodeModelKind], splits: [StratifiedSplit], candidates: [NodeSetting]
  ) throws {
    self.candidates = candidates
    guard candidates.count > 1, !splits.isEmpty else { return }
    let root = RandomStream(seed: models.training.seed).child(5)
    for kind in kinds {
      var best = -Double.infinity
      for (candidate, setting) in candidates.enumerated() {
        for (index, split) in splits.enumerated() {
          // The same weights and draws for every setting.
          let random = root.child(UInt64(kind.rawValue)).child(UInt64(index))
          var trial = Trial(kind: kind, candidate: candidate, split: index)
          do {
            let trained = try models.applying(setting).trained(kind, on: split, random)
            (trial.epoch, trial.validation) = (trained.epoch, try trained.validation.areaUnderROC)
            trial.judged = try models.nodes.scores(trained.scores, of: split.test).areaUnderROC
          } catch is NonFiniteValue {}
          trials.append(trial)
        }
        let areas = trials.suffix(splits.count).compactMap(\.judged)
        let mean = areas.reduce(0) { $0 + $1 / Double(areas.count) }
        if areas.count == splits.count, mean > best { (best, chosen[kind]) = (mean, candidate) }
      }
    }
  }

  /// The setting that a model takes by its place among the candidates: that of the best mean AUROC over the splits, of
  /// equals the first; none of which a training left the finite numbers.
  func choice(_ kind: NodeModelKind) -> Int { chosen[kind] ?? 0 }

  /// The setting that a model is trained with.
  func setting(_ kind: NodeModelKind) -> NodeSetting { candidates[choice(kind)] }

  /// Every trial, one row a model, setting and split; without scores where a training left the finite numbers.
  var table: CSVTable {
    var table = CSVTable(
      columns: ["model", "setting"] + candidates[0].numbers.map(\.key)
        + ["split", "epoch", "validation_auroc", "auroc", "chosen"])
    for trial in trials {
      var row: [(any CustomStringConvertible)?] = [trial.kind.label, trial.candidate]
      row += candidates[trial.candidate].numbers.map { $0.value }
      row += [
        trial.split, trial.epoch, trial.validation, trial.judged, choice(trial.kind) == trial.candidate,
      ]
      table.addRow(printing: row)
    }
    return table
  }
}
