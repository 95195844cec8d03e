import EnergyTransformer
import Foundation
import Kit

/// What one training of one method did on one fold.
struct FoldResult: Codable, Equatable {
  /// The fold, from 0.
  var fold: Int
  var method: Method
  /// The seed of the weights, from 0.
  var seed: Int
  /// What was chosen for it; nil where nothing is trained.
  var setting: Setting?
  /// Share of the test graphs whose class was predicted.
  var accuracy: Double
  /// The same of the graphs that chose setting and epoch.
  var validationAccuracy: Double
  /// The epoch that they chose, from 1.
  var epoch: Int
  var parameterCount: Int
  var seconds: Double
  /// The predicted class of each test graph, in the order of the fold.
  var predictions: [Int]
}

/// What a setting was worth to a method on a fold, by the fold's validation part alone.
struct TrialResult: Codable, Equatable {
  /// The fold, from 0.
  var fold: Int
  var method: Method
  /// The setting's number, from 0.
  var trial: Int
  var setting: Setting
  /// Epochs of the trial.
  var epochs: Int
  /// Accuracy and loss of the best epoch, and which it was; nil where the training left the finite numbers.
  var validationAccuracy: Double?
  var validationLoss: Double?
  var epoch: Int?
  var seconds = 0.0
}

/// The results of a run so far; written anew after each one, so that an interrupted run can go on.
struct FoldResults: JSONRecord {
  static let fileName = "folds.json"
  static let trialsFileName = "trials.csv"

  /// The options that determine the results.
  var options: [String: String]
  var trials: [TrialResult] = []
  var results: [FoldResult] = []

  init(options: [String: String]) { self.options = options }

  /// The result of a method on a fold; nil where there is none yet.
  func result(of method: Method, fold: Int, seed: Int) -> FoldResult? {
    results.first { $0.method == method && $0.fold == fold && $0.seed == seed }
  }

  /// The results of a method, by fold and seed.
  func results(of method: Method) -> [FoldResult] {
    results.filter { $0.method == method }.sorted { ($0.fold, $0.seed) < ($1.fold, $1.seed) }
  }

  /// A trial of a method on a fold; nil where there is none yet.
  func trial(of method: Method, fold: Int, trial: Int) -> TrialResult? {
    trials.first { $0.method == method && $0.fold == fold && $0.trial == trial }
  }

  /// The trial of a method on a fold with the highest accuracy, of equals that of the lowest loss, then the first; nil where
  /// none kept to the finite numbers.
  func chosenTrial(of method: Method, fold: Int) -> TrialResult? {
    trials.filter { $0.method == method && $0.fold == fold }.sorted { $0.trial < $1.trial }
      .compactMap { trial in
        trial.validationAccuracy.map {
          (trial, ValidationScore(score: $0, loss: trial.validationLoss ?? .infinity))
        }
      }
      .max { $0.1 < $1.1 }?.0
  }

  /// Writes everything as JSON, and the trials as a table too.
  func writeAll(toFolder folder: String) throws {
    try write(toFolder: folder)
    let path = "\(folder)/\(Self.trialsFileName)"
    // An earlier run into the same folder may have left one.
    guard !trials.isEmpty else { return (try? FileManager.default.removeItem(atPath: path)) ?? () }
    var table = CSVTable(
      columns: ["method", "fold", "trial"] + trials[0].setting.numbers.map(\.key)
        + ["epochs", "validation_accuracy", "validation_loss", "epoch", "chosen"])
    for trial in trials {
      // A fold's choice is made when its last trial is done; until then the best so far is marked.
      let isChosen = chosenTrial(of: trial.method, fold: trial.fold) == trial
      var row = [trial.method.rawValue, "\(trial.fold + 1)", "\(trial.trial + 1)"]
      row += trial.setting.numbers.map { "\($0.value)" }
      let scores = [trial.validationAccuracy, trial.validationLoss].map { $0.map { "\($0)" } ?? "" }
      row += ["\(trial.epochs)"] + scores + [trial.epoch.map { "\($0)" } ?? "", isChosen ? "1" : "0"]
      table.addRow(row)
    }
    try table.write(to: path)
  }

  /// The options alone, which the file of an older program has too.
  private struct Options: JSONRecord {
    static let fileName = FoldResults.fileName
    let options: [String: String]
  }

  /// The results of an interrupted run, checked to fit; nil where there are none.
  static func interrupted(
    inFolder folder: String, options: [String: String], folds: [StratifiedSplit], settings: [Setting]
  ) throws -> FoldResults? {
    func refused(_ problem: String) -> ExperimentError {
      ExperimentError("\(folder)/\(fileName): \(problem)")
    }
    guard let made = try Options.read(fromFolder: folder)?.options else { return nil }
    if let difference = RunIdentity.difference(of: made, from: options) { throw refused(difference) }
    guard let found = try read(fromFolder: folder) else { return nil }
    for result in found.results {
      guard folds.indices.contains(result.fold), result.predictions.count == folds[result.fold].test.count,
        (0...1).contains(result.accuracy), (0...1).contains(result.validationAccuracy)
      else { throw refused("fold \(result.fold + 1) does not fit the data") }
    }
    for trial in found.trials {
      guard folds.indices.contains(trial.fold), settings.indices.contains(trial.trial),
        settings[trial.trial] == trial.setting, (0...1).contains(trial.validationAccuracy ?? 0)
      else { throw refused("trial \(trial.trial + 1) of fold \(trial.fold + 1) does not fit the options") }
    }
    return found
  }
}
