import EnergyTransformer
import Foundation

extension Report {
  /// Whether the model is better than what it is compared with, in words that follow from the numbers.
  func verdict(_ summary: [String: Double]) throws -> String {
    let deviation = summary["accuracy_deviation"] ?? 0
    let others = methods.filter { $0 != .energyTransformer }
    guard !others.isEmpty else { return "No other method was trained with these options." }
    let words = try others.map { method -> String in
      let (difference, error) = try comparison(with: method)
      // Two standard errors, and never less than one graph in a hundred.
      let outcome =
        abs(difference) <= max(0.01, 2 * error) ? "level with" : difference > 0 ? "above" : "below"
      let figures = "\(points(difference)) ± \(points(error, signed: false))"
      return "\(outcome) \(method.title.lowercasedFirst) (\(figures))"
    }
    return
      "The Energy Transformer is \(words.joined(separator: ", ")); differences on the same folds in points, with "
      + "their standard error. Its own deviation between folds is "
      + "\(String(format: "%.1f", 100 * deviation)) points. All learn with AdamW, warm-up and cosine, label smoothing "
      + "\(training.smoothing), \(training.epochs) epochs of batches of \(training.batch), and are judged with the "
      + "average of about an epoch's weights. The two of the same size have as many parameters as the Energy "
      + "Transformer and, of blocks or layers, as many as it has steps; positions are given to the transformer too, not "
      + "to the graph convolution."
  }

  /// By how much the accuracy is higher than another method's on the same folds: mean and standard error.
  private func comparison(with method: Method) throws -> (difference: Double, error: Double) {
    let pairs = zip(results.results(of: .energyTransformer), results.results(of: method))
    let spread = try Spread(of: pairs.map { $0.accuracy - $1.accuracy })
    return (spread.mean, spread.standardDeviation / Double(spread.count).squareRoot())
  }

  private func points(_ share: Double, signed: Bool = true) -> String {
    String(format: signed ? "%+.1f" : "%.1f", 100 * share)
  }

  /// What others published for this set, where they did.
  func addPublished(to page: inout MarkdownPage, _ summary: [String: Double]) {
    let found = PublishedAccuracies.baselines(for: name)
    guard !found.isEmpty else { return }
    page.addHeading("Beside published figures")
    var table = MarkdownTable(columns: ["method", "accuracy, %", "graphs under test"])
    table.addRow([
      .text("Energy Transformer, this page"),
      .spread(
        mean: 100 * (summary["accuracy"] ?? 0), deviation: 100 * (summary["accuracy_deviation"] ?? 0),
        digits: 1),
      .text("not seen in training"),
    ])
    for (method, figure) in found {
      table.addRow([
        .text(method),
        figure.deviation > 0
          ? .spread(mean: figure.mean, deviation: figure.deviation, digits: 1)
          : .number(figure.mean, digits: 1),
        .text("not seen in training"),
      ])
    }
    if let figure = PublishedAccuracies.energyTransformerOnSeenGraphs[name] {
      table.addRow([
        .text("Energy Transformer, published"),
        figure.deviation > 0
          ? .spread(mean: figure.mean, deviation: figure.deviation, digits: 1)
          : .number(figure.mean, digits: 1),
        .text("seen in training"),
      ])
    }
    page.addTable(table)
    page.addParagraph(warning(found.map(\.figure.mean), summary))
  }

  private func warning(_ published: [Double], _ summary: [String: Double]) -> String {
    // The better half, best first; the middle one of an odd number is part of it.
    let half = published.prefix((published.count + 1) / 2)
    let (ours, deviation) = (100 * (summary["accuracy"] ?? 0), 100 * (summary["accuracy_deviation"] ?? 0))
    let bar = half.last ?? 0
    let outcome =
      ours >= bar
      ? "above" : ours + deviation >= bar ? "within one deviation of" : "below, by more than one deviation,"
    return
      "The published Energy Transformer's figure is not an accuracy on unseen graphs: in its published code one model "
      + "is trained on the whole set and then judged on parts of it. The other figures are quoted from the table of the "
      + "same paper and come from each method's own folds, and from the full feature set of the collection; the files "
      + "used here have node labels only (no node attributes, no edge labels). The better half of them begins at "
      + "\(String(format: "%.1f", bar)) %: the accuracy of this page is \(outcome) that."
  }
}

extension String {
  fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
