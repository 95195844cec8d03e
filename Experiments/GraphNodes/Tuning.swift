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

/// What is finished of a run that may be interrupted.
typealias NodeParts = FinishedParts<NodePart>

/// One training, as an interrupted run keeps it.
enum NodePart: Codable, Sendable {
  /// A trial; nil where it left the finite numbers.
  case trial(Tuning.Outcome?)
  /// A training that is compared.
  case training(Comparison.Outcome)
}

/// The trials of every model on the nodes set aside for tuning, and the setting that each model takes from them.
typealias Tuning = SplitTuning<NodeModelKind, NodeSetting>

extension Tuning {
  /// Tries every setting on every split of the nodes set aside, with the same weights and draws, but for what is finished.
  init(
    models: NodeModels, kinds: [NodeModelKind], splits: [StratifiedSplit], candidates: [NodeSetting],
    finished: NodeParts
  ) throws {
    let root = RandomStream(seed: models.training.seed).child(5)
    try self.init(methods: kinds, settings: candidates, splitCount: splits.count) { kind, setting, index in
      let number = candidates.firstIndex(of: setting) ?? 0
      let name = "trial-\(kind.rawValue)-\(number)-\(index)"
      if finished[name] != nil { models.progress.skip(models.training.epochs) }
      let part = try finished.part(name) {
        do {
          let trained = try models.applying(setting).trained(
            kind, on: splits[index], root.child(UInt64(kind.rawValue)).child(UInt64(index)))
          return .trial(
            Outcome(
              epoch: trained.epoch, validation: try trained.validation.areaUnderROC,
              judged: try models.nodes.scores(trained.scores, of: splits[index].test).areaUnderROC))
        } catch is NonFiniteValue {
          return .trial(nil)
        }
      }
      guard case .trial(let outcome?) = part else { throw NonFiniteValue(quantity: "a trial") }
      return outcome
    }
  }

  /// Every trial, one row a model, setting and split; without scores where a training left the finite numbers.
  var table: CSVTable {
    var table = CSVTable(
      columns: ["model", "setting"] + settings[0].numbers.map(\.key)
        + ["split", "epoch", "validation_auroc", "auroc", "chosen"])
    for trial in trials {
      var row: [(any CustomStringConvertible)?] = [trial.method.label, trial.setting]
      row += settings[trial.setting].numbers.map { $0.value }
      row += [
        trial.split, trial.outcome?.epoch, trial.outcome?.validation, trial.outcome?.judged,
        choice(of: trial.method) == trial.setting,
      ]
      table.addRow(printing: row)
    }
    return table
  }
}
