import EnergyTransformer
import Foundation
import Reporting

extension Report {
  /// How settings, epochs and sizes came about, and what they took.
  func trainings() throws -> PageSection {
    var section = PageSection("How every method was trained")
    section.addParagraph(tuning)
    section.addParagraph(common)
    for method in methods {
      section.summary["\(method.rawValue)_validation_accuracy"] =
        try Spread(of: results.results(of: method).map(\.validationAccuracy)).mean
    }
    section.addTable(
      "training", columns: ["method", "parameters", "seconds of trials", "seconds of training"], digits: 0,
      rows: methods.map { method in
        let found = results.results(of: method)
        let trials = results.trials.filter { $0.method == method }
        return (
          method.description,
          [
            .number("\(method.rawValue)_parameter_count", Double(found.first?.parameterCount ?? 0)),
            .number(
              "\(method.rawValue)_trial_seconds",
              tunes && method != .majority ? trials.reduce(0) { $0 + $1.seconds } : nil),
            .number("\(method.rawValue)_train_seconds", found.reduce(0) { $0 + $1.seconds }),
          ]
        )
      })
    for (index, setting) in training.settings.enumerated() {
      for (name, value) in setting.numbers { section.summary["setting_\(index + 1)_\(name)"] = value }
    }
    if tunes { addChoices(to: &section) }
    return section
  }

  private func addChoices(to section: inout PageSection) {
    section.addParagraph(
      "How many of the folds chose each of the settings. Every trial is in \(FoldResults.trialsFileName).")
    let trained = methods.filter { $0 != .majority }
    let chosen = trained.map { method in
      graphs.folds.indices.map { results.chosenTrial(of: method, fold: $0)?.trial }
    }
    section.addTable(
      "settings", columns: ["setting"] + trained.map(\.description), digits: 0,
      rows: training.settings.enumerated().map { index, setting in
        let cells = zip(trained, chosen).map { method, chosen in
          MeasuredCell.number(
            "\(method.rawValue)_chose_setting_\(index + 1)", Double(chosen.count { $0 == index }))
        }
        return (setting.description, cells)
      })
  }

  private var tuning: String {
    guard tunes else {
      return
        "Not tuned: every method was trained with \(training.settings[0]), which may suit one better than another."
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

  /// What all methods have in common.
  private var common: String {
    let budget =
      training.epochs == TrainingOptions.defaultEpochs
      ? "\(training.epochs) epochs are the program's own number for every method and every set: a budget of time, of which "
        + "the experiment's README says what was known when it was set"
      : "The \(training.epochs) epochs were asked for by `--epochs`, the same for every method; this page does not know "
        + "how they were chosen"
    let sizes =
      methods.count > 1
      ? " The two of the same size have as many parameters as the Energy Transformer and, of blocks or layers, as many "
        + "as it has steps; positions are given to the transformer too, not to the graph convolution." : ""
    return
      "All learn with AdamW, warm-up and cosine, label smoothing \(training.smoothing) and batches of "
      + "\(training.batch), and are judged with the average of about an epoch's weights. \(budget)." + sizes
  }
}

extension ClosedRange<Double> {
  fileprivate var text: String { "\(lowerBound) … \(upperBound)" }
}
