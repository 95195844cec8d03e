import EnergyTransformer
import Foundation

/// A comparison as the page shows it.
struct ReportedComparison {
  private let record: ComparisonRecord
  private let made: Comparison
  private let comparison: MethodComparison

  /// Nil where the record lacks a training.
  init?(_ record: ComparisonRecord, of made: Comparison) throws {
    let scores = try ComparedMethod.allCases.compactMap { method in
      try record.errors(method, seeds: made.output.seeds).map { errors in
        MethodComparison.Method(
          prefix: method.prefix, label: method.title.prefix(1).uppercased() + method.title.dropFirst(),
          scores: try TrialScores(seeds: errors))
      }
    }
    guard scores.count == 2 else { return nil }
    (self.record, self.made) = (record, made)
    comparison = try MethodComparison(
      measure: "compared_mse", first: scores[0], others: [scores[1]], better: .lowest,
      dependence: .independent)
  }

  private var settings: [Setting] { made.settings }
  private var tunes: Bool { settings.count > 1 }

  /// The numbers of the run record.
  func add(to summary: inout [String: Double]) {
    comparison.add(to: &summary)
    summary["transformer_parameter_count"] = record.transformerParameters.map(Double.init)
    for method in ComparedMethod.allCases {
      let cost = cost(method)
      summary["\(method.prefix)compared_updates"] = Double(cost.updates)
      summary["\(method.prefix)compared_seconds"] = cost.seconds
      for trial in record.trials where trial.method == method {
        summary["\(method.prefix)trial_\(trial.trial + 1)_mse"] = trial.error
      }
    }
  }

  /// The tables of the page.
  var tables: [TableRecipe] {
    let seeds = comparison.table(
      name: "comparison", measureLabel: "mean squared error of hidden pixels", digits: 5)
    guard tunes else { return [seeds] }
    let trials = TableRecipe(
      name: "trials", columns: ["setting"] + ComparedMethod.allCases.map(\.title),
      rows: settings.enumerated().map { index, setting in
        .init(
          label: setting.text,
          summaryKeys: ComparedMethod.allCases.map { method in
            record.trial(method, index)?.error == nil ? "" : "\(method.prefix)trial_\(index + 1)_mse"
          })
      }, digits: 5, best: .lowest)
    return [seeds, trials]
  }

  func addSection(to page: inout MarkdownPage, _ summary: [String: Double], steps: Int) throws {
    page.addHeading("Beside a conventional transformer")
    let (ours, theirs) = (cost(.energyTransformer), cost(.transformer))
    let seconds = { (cost: (updates: Int, seconds: Double)) in Int(cost.seconds.rounded()) }
    let day = record.date.formatted(.iso8601.year().month().day())
    page.addParagraph(
      "The conventional transformer has \(record.transformerParameters ?? 0) parameters in a pre-norm block that is "
        + "always repeated \(steps) times, and the same optimisers and batches. A training of the Energy Transformer had "
        + "\(ours.updates) updates in \(seconds(ours)) s, one of the conventional transformer as many as were timed to "
        + "fit: \(theirs.updates) in \(seconds(theirs)) s (mean over seeds)."
        + (made.output.compare ? "" : " Recorded on \(day) with the same options, data and commit."))
    let recipes = tables
    try page.addTable(recipes[0], summary: summary)
    let fewSeeds = [
      1: " One seed of each tells nothing of the luck of a training.",
      2: " Two seeds of each are too few to tell.",
    ]
    page.addParagraph(
      comparison.sentence(digits: 5) + (fewSeeds[comparison.first.scores.seedCount] ?? ""))
    page.addParagraph(
      comparison.explanation
        + " A seed changes first weights, order and masks of training; the images under test are "
        + "the same, so the interval speaks of the luck of trainings, not of other images.")
    guard tunes else {
      page.addParagraph("Not tuned: both methods were trained with \(settings[0].text).")
      return
    }
    page.addParagraph(
      "Both methods had the same \(settings.count) trials, each of \(made.output.trialShare) of the updates, on the training images "
        + "without \(record.heldBack) that were held back and chose by their error, which the table shows. The first "
        + "setting is that of the options, the others were drawn once by the seed. Images under test played no part."
    )
    try page.addTable(recipes[1], summary: summary)
  }

  /// Updates of a training of a method, and its seconds, the mean over seeds.
  private func cost(_ method: ComparedMethod) -> (updates: Int, seconds: Double) {
    let found = record.trainings.filter { $0.method == method }
    let seconds = found.reduce(0) { $0 + $1.seconds } / Double(max(1, found.count))
    return (found.first?.updates ?? 0, seconds)
  }
}
