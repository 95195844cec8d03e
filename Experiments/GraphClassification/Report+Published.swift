import EnergyTransformer

extension Report {
  /// What others published for this set, where they did, beside the interval of this page's own mean.
  func addPublished(to page: inout MarkdownPage, _ summary: [String: Double]) throws {
    let found = PublishedAccuracies.baselines(for: name)
    guard !found.isEmpty else { return }
    page.addHeading("Beside published figures")
    var table = MarkdownTable(columns: [
      "method", "accuracy, %", "graphs under test", "the interval of this page beside it",
    ])
    let interval = try difference(over: 0).interval
    func cell(_ figure: (mean: Double, deviation: Double)) -> MarkdownTable.Cell {
      figure.deviation > 0
        ? .spread(mean: figure.mean, deviation: figure.deviation, digits: 1)
        : .number(figure.mean, digits: 1)
    }
    table.addRow([
      .text("Energy Transformer, this page"), .number(100 * comparison.first.scores.mean, digits: 1),
      .text("not seen in training"),
      interval.map { .interval(from: 100 * $0.lowerBound, to: 100 * $0.upperBound, digits: 1) } ?? .missing,
    ])
    var places: [MethodDifference.Verdict: Int] = [:]
    for (method, figure) in found {
      let verdict = try difference(over: figure.mean / 100).verdict
      places[verdict, default: 0] += 1
      table.addRow([.text(method), cell(figure), .text("not seen in training"), .text(Self.words(verdict))])
    }
    if let figure = PublishedAccuracies.energyTransformerOnSeenGraphs[name] {
      table.addRow([
        .text("Energy Transformer, published"), cell(figure), .text("seen in training"), .missing,
      ])
    }
    page.addTable(table)
    page.addParagraph(warning(places, of: found.count))
  }

  private static func words(_ verdict: MethodDifference.Verdict) -> String {
    [.ahead: "above", .behind: "below"][verdict] ?? verdict.rawValue
  }

  private func warning(_ places: [MethodDifference.Verdict: Int], of count: Int) -> String {
    let counts = [MethodDifference.Verdict.ahead, .behind, .undecided].map {
      "\(Self.words($0)) \(places[$0] ?? 0)"
    }
    return
      "Of the \(count) figures for graphs not seen: \(counts.joined(separator: ", ")). The words say where the 95 % "
      + "interval of this page's own mean lies, which knows the chance of this page alone. The published spreads belong to "
      + "other protocols (other folds, other repetitions, other ways to choose settings) and are not compared with. "
      + "Those figures are quoted from the table of the Energy Transformer's paper, with each method's own folds and "
      + "the full feature set of the collection; the files used here have what the first lines of this page say. The "
      + "published Energy Transformer's figure is not an accuracy on unseen graphs: in its published code one model is "
      + "trained on the whole set and then judged on parts of it."
  }
}
