import EnergyTransformer
import Foundation

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

  /// Higher accuracy is better, of equals the lower loss; a trial that failed is better than none.
  func isBetter(than other: TrialResult) -> Bool {
    guard let accuracy = validationAccuracy, let loss = validationLoss else { return false }
    guard let otherAccuracy = other.validationAccuracy, let otherLoss = other.validationLoss else {
      return true
    }
    return accuracy == otherAccuracy ? loss < otherLoss : accuracy > otherAccuracy
  }
}

/// The results of a run so far; written anew after each one, so that an interrupted run can go on.
struct FoldResults: Codable {
  static let fileName = "folds.json"
  static let trialsFileName = "trials.csv"

  /// The options that determine the results.
  var options: [String: String]
  var trials: [TrialResult] = []
  var results: [FoldResult] = []

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

  /// The best trial of a method on a fold, of equals the first; nil where none kept to the finite numbers.
  func chosenTrial(of method: Method, fold: Int) -> TrialResult? {
    let found = trials.filter { $0.method == method && $0.fold == fold && $0.validationAccuracy != nil }
      .sorted { $0.trial < $1.trial }
    return found.dropFirst().reduce(found.first) { best, next in
      best.map { next.isBetter(than: $0) ? next : $0 }
    }
  }

  /// Writes everything as JSON, and the trials as a table too.
  func write(toFolder folder: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try AtomicFile(path: "\(folder)/\(Self.fileName)").write(try encoder.encode(self))
    let table = "\(folder)/\(Self.trialsFileName)"
    if trials.isEmpty {
      // That of an earlier run into the same folder.
      try? FileManager.default.removeItem(atPath: table)
    } else {
      try trialTable.write(to: table)
    }
  }

  private var trialTable: CSVTable {
    var table = CSVTable(columns: [
      "method", "fold", "trial", "rate", "weight_decay", "dropout", "epochs", "validation_accuracy",
      "validation_loss", "epoch", "chosen",
    ])
    for trial in trials {
      // A fold's choice is made when its last trial is done; until then the best so far is marked.
      let isChosen = chosenTrial(of: trial.method, fold: trial.fold) == trial
      table.addRow([
        trial.method.rawValue, "\(trial.fold + 1)", "\(trial.trial + 1)", "\(trial.setting.rate)",
        "\(trial.setting.weightDecay)", "\(trial.setting.dropout)", "\(trial.epochs)",
        trial.validationAccuracy.map { "\($0)" } ?? "", trial.validationLoss.map { "\($0)" } ?? "",
        trial.epoch.map { "\($0)" } ?? "", isChosen ? "1" : "0",
      ])
    }
    return table
  }

  private struct OptionsAlone: Decodable { let options: [String: String] }

  /// Reads the results of an interrupted run and checks that they fit.
  static func read(
    fromFolder folder: String, options: [String: String], folds: [StratifiedSplit], settings: [Setting]
  ) throws -> FoldResults {
    let path = "\(folder)/\(fileName)"
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ResumeError(description: "\(path): missing, expected the results of an interrupted run")
    }
    // Options first: the file of an older program lacks some, and its results have another form.
    let damaged = ResumeError(description: "\(path): damaged, expected the results of an interrupted run")
    guard let made = try? JSONDecoder().decode(OptionsAlone.self, from: data).options else { throw damaged }
    for (name, value) in options.sorted(by: { $0.key < $1.key }) where made[name] != value {
      throw ResumeError(
        description: "\(path): made with --\(name) \(made[name] ?? "(missing)"), not \(value)")
    }
    guard let found = try? JSONDecoder().decode(FoldResults.self, from: data) else { throw damaged }
    for result in found.results {
      guard folds.indices.contains(result.fold), result.predictions.count == folds[result.fold].test.count,
        (0...1).contains(result.accuracy), (0...1).contains(result.validationAccuracy)
      else { throw ResumeError(description: "\(path): fold \(result.fold + 1) does not fit the data") }
    }
    for trial in found.trials {
      guard folds.indices.contains(trial.fold), settings.indices.contains(trial.trial),
        settings[trial.trial] == trial.setting, (0...1).contains(trial.validationAccuracy ?? 0)
      else {
        throw ResumeError(
          description: "\(path): trial \(trial.trial + 1) of fold \(trial.fold + 1) does not fit the options")
      }
    }
    return found
  }
}

/// Files of another run.
struct ResumeError: Error, CustomStringConvertible {
  let description: String
}
