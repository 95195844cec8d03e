import EnergyTransformer
import Foundation

extension Report {
  /// What the comparison cannot tell, behind its explanation.
  var limits: String {
    if graphs.folds.count == 1 { return " One fold says nothing of other folds." }
    if training.seeds > 1 { return "" }
    return " One seed of weights per fold: its luck is part of the spread between folds."
  }

  /// How settings, epochs and sizes came about.
  var protocolParagraphs: [String] {
    let isDefault = training.epochs == TrainingOptions.defaultEpochs
    let budget =
      isDefault
      ? "\(training.epochs) epochs are the program's own number for every method and every set: a budget of time, of which "
        + "the experiment's README says what was known when it was set"
      : "The \(training.epochs) epochs were asked for by `--epochs`, the same for every method; this page does not know "
        + "how they were chosen"
    let common =
      "All learn with AdamW, warm-up and cosine, label smoothing \(training.smoothing) and batches of "
      + "\(training.batch), and are judged with the average of about an epoch's weights. \(budget)."
    let sizes =
      methods.count > 1
      ? " The two of the same size have as many parameters as the Energy Transformer and, of blocks or layers, as many "
        + "as it has steps; positions are given to the transformer too, not to the graph convolution." : ""
    return [tuning, common + sizes]
  }

  private var tuning: String {
    guard tunes else {
      return
        "Not tuned: every method was trained with \(training.settings[0].text), which may suit one better than another."
    }
    let length =
      training.trialEpochs == training.epochs
      ? "as long as the training itself"
      : "\(training.trialEpochs) \(training.trialEpochs == 1 ? "epoch" : "epochs") long, which may favour settings that "
        + "learn fast"
    return
      "Every trained method had the same \(training.settings.count) trials in each fold, \(length). Their settings were "
      + "drawn once by the seed, the same list for all: rate \(Setting.rates.text), weight decay "
      + "\(Setting.weightDecays.text), dropout of features \(Setting.dropouts.text). The part of the fold's training "
      + "graphs that is held back chose by accuracy, of equals by loss. No test part was looked at before setting and "
      + "epoch were chosen."
  }

  /// Adds the settings, and how often each method chose each of them.
  func addTrials(to summary: inout [String: Double]) {
    for (index, setting) in training.settings.enumerated() {
      for (name, value) in setting.numbers { summary["setting_\(index + 1)_\(name)"] = value }
    }
    guard tunes else { return }
    for method in methods where method.isTrained {
      let trials = results.trials.filter { $0.method == method }
      summary["\(method.rawValue)_trial_seconds"] = trials.reduce(0) { $0 + $1.seconds }
      let chosen = graphs.folds.indices.compactMap { results.chosenTrial(of: method, fold: $0)?.trial }
      for index in training.settings.indices {
        summary[Self.choice(method, index)] = Double(chosen.count { $0 == index })
      }
    }
  }

  private static func choice(_ method: Method, _ setting: Int) -> String {
    "\(method.rawValue)_chose_setting_\(setting + 1)"
  }

  var settingsRecipe: TableRecipe {
    let trained = methods.filter(\.isTrained)
    return TableRecipe(
      name: "settings", columns: ["setting"] + trained.map(\.title),
      rows: training.settings.enumerated().map { index, setting in
        .init(label: setting.text, summaryKeys: trained.map { Self.choice($0, index) })
      }, digits: 0)
  }
}

extension ClosedRange<Double> {
  fileprivate var text: String { "\(lowerBound) … \(upperBound)" }
}
