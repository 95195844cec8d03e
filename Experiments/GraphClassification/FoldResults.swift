public import EnergyTransformer
import Foundation
import Kit
public import Reporting

/// The results of a run so far; written anew after each one, so that an interrupted run can go on.
typealias FoldResults = FoldStudy<Method, Setting>

extension FoldStudy: JSONRecord {
  public static var fileName: String { "folds.json" }
}

extension FoldResults {
  static let trialsFileName = "trials.csv"

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
      var row: [(any CustomStringConvertible)?] = [trial.method.rawValue, trial.fold + 1, trial.trial + 1]
      row += trial.setting.numbers.map { $0.value }
      row += [trial.epochs, trial.validationAccuracy, trial.validationLoss, trial.epoch, isChosen ? 1 : 0]
      table.addRow(printing: row)
    }
    try table.write(to: path)
  }

  /// The options alone, which the file of an older program has too.
  private struct Options: JSONRecord {
    static var fileName: String { FoldResults.fileName }
    let options: [String: String]
  }

  /// The results of an interrupted run, checked to fit; nil where there are none.
  static func interrupted(
    inFolder folder: String, options: [String: String], folds: [StratifiedSplit], plan: Plan
  ) throws -> FoldResults? {
    func refused(_ problem: String) -> ExperimentError {
      ExperimentError("\(folder)/\(fileName): \(problem)")
    }
    guard let made = try Options.read(fromFolder: folder)?.options else { return nil }
    if let difference = RunIdentity.difference(of: made, from: options) { throw refused(difference) }
    guard let found = try read(fromFolder: folder) else { return nil }
    if let problem = found.misfit(to: plan, testCounts: folds.map(\.test.count)) { throw refused(problem) }
    return found
  }
}
