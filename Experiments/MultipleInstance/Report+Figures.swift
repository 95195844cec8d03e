import EnergyTransformer

extension Report {
  /// AUC against witness rate, a line for each method; nil for fewer than two rates.
  func aucPlot() throws -> LinePlot? {
    let known = repertoires.filter { $0.witnessRate != nil }
    // Those that were tried at every rate.
    guard known.count > 1, let first = known.min(by: { $0.methods.count < $1.methods.count }) else {
      return nil
    }
    let series = try first.methods.indices.map { place in
      LinePlot.Series(
        label: first.methods[place].method.title, x: known.map { 100 * ($0.witnessRate ?? 0) },
        spreads: try known.map { try Spread(of: $0.methods[place].aucs) })
    }
    var plot = LinePlot(
      title: "The rarer the witnesses, the harder the bag", xTitle: "witnesses, % of a positive bag",
      yTitle: "area under the ROC curve", series: series)
    plot.xScale = .logarithmic
    plot.references = [.init(label: "chance", y: 0.5)]
    return plot
  }

  /// How the validation part was told apart after each epoch at the lowest rate, in the first fold.
  func coursePlot() -> LinePlot? {
    guard let result = repertoires.last else { return nil }
    let series = result.methods.filter { $0.course.count > 1 }.map { method in
      LinePlot.Series(
        label: method.method.title, x: method.course.indices.map { Double($0 + 1) }, y: method.course)
    }
    guard !series.isEmpty else { return nil }
    return LinePlot(
      title: "Validation repertoires, first fold, \(result.title)", xTitle: "epoch",
      yTitle: "area under the ROC curve", series: series)
  }
}
