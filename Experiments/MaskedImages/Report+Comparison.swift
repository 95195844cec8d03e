import EnergyTransformer
import Foundation
import Reporting

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

  /// The error of the conventional transformer, a mean over its seeds.
  var transformerError: Double { comparison.others[0].scores.mean }

  func section(steps: Int) -> PageSection {
    var section = PageSection("Beside a conventional transformer")
    section.addNumbers([
      .number("transformer_parameter_count", record.transformerParameters.map(Double.init))
    ])
    let costs = ComparedMethod.allCases.map { method in
      let cost = cost(method)
      section.summary["\(method.prefix)compared_updates"] = Double(cost.updates)
      section.summary["\(method.prefix)compared_seconds"] = cost.seconds
      return (updates: cost.updates, seconds: Int(cost.seconds.rounded()))
    }
    let day = record.date.formatted(.iso8601.year().month().day())
    section.addParagraph(
      "The conventional transformer has \(record.transformerParameters ?? 0) parameters in a pre-norm block that is "
        + "always repeated \(steps) times, and the same optimisers and batches. A training of the Energy Transformer had "
        + "\(costs[0].updates) updates in \(costs[0].seconds) s, one of the conventional transformer as many as were timed "
        + "to fit: \(costs[1].updates) in \(costs[1].seconds) s (mean over seeds)."
        + (made.output.compare ? "" : " Recorded on \(day) with the same options, data and commit."))
    section.addComparison(
      comparison, name: "comparison", measureLabel: "mean squared error of hidden pixels", digits: 5)
    let fewSeeds = [
      1: "One seed of each tells nothing of the luck of a training. ",
      2: "Two seeds of each are too few to tell. ",
    ]
    section.addParagraph(
      (fewSeeds[comparison.first.scores.seedCount] ?? "") + comparison.explanation
        + " A seed changes first weights, order and masks of training; the images under test are "
        + "the same, so the interval speaks of the luck of trainings, not of other images.")
    addTrials(to: &section)
    return section
  }

  private func addTrials(to section: inout PageSection) {
    let settings = made.settings
    guard settings.count > 1 else {
      return section.addParagraph("Not tuned: both methods were trained with \(settings[0].text).")
    }
    section.addParagraph(
      "Both methods had the same \(settings.count) trials, each of \(made.output.trialShare) of the updates, on the "
        + "training images without \(record.heldBack) that were held back and chose by their error, which the table shows. "
        + "The first setting is that of the options, the others were drawn once by the seed. Images under test played no "
        + "part.")
    section.addTable(
      "trials", columns: ["setting"] + ComparedMethod.allCases.map(\.title), digits: 5, best: .lowest,
      rows: settings.enumerated().map { index, setting in
        let cells = ComparedMethod.allCases.map { method in
          MeasuredCell.number("\(method.prefix)trial_\(index + 1)_mse", record.trial(method, index)?.error)
        }
        return (setting.text, cells)
      })
  }

  /// Updates of a training of a method, and its seconds, the mean over seeds.
  private func cost(_ method: ComparedMethod) -> (updates: Int, seconds: Double) {
    let found = record.trainings.filter { $0.method == method }
    let seconds = found.reduce(0) { $0 + $1.seconds } / Double(max(1, found.count))
    return (found.first?.updates ?? 0, seconds)
  }
}
