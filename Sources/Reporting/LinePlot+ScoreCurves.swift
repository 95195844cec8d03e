extension LinePlot {
  /// ROC curves: recall over the false positive rate, with the diagonal of chance.
  ///
  /// - Parameters:
  ///   - title: The title above the plot.
  ///   - curves: False positive rates as x and recalls as y, one curve per model; its label may give the area.
  public static func rocCurves(title: String, curves: [Series]) -> LinePlot {
    var chance = Series(label: "chance", x: [0, 1], y: [0, 1])
    chance.isReference = true
    return unitSquare(
      title: title, xTitle: "false positive rate", yTitle: "true positive rate (recall)",
      series: curves + [chance])
  }

  /// Precision-recall curves in steps, whose areas are the average precisions, with the precision of chance.
  ///
  /// The precision at a recall holds from the recall before it on, and from 0 for the first.
  /// - Parameters:
  ///   - title: The title above the plot.
  ///   - curves: Recalls, rising, as x and precisions as y, one curve per model.
  ///   - positiveShare: The share of positive examples: the precision of scores without meaning.
  public static func precisionRecallCurves(
    title: String, curves: [Series], positiveShare: Double
  ) -> LinePlot {
    var chance = Series(label: "chance", x: [0, 1], y: [positiveShare, positiveShare])
    chance.isReference = true
    return unitSquare(
      title: title, xTitle: "recall", yTitle: "precision", series: curves.map(stepped) + [chance])
  }

  private static func unitSquare(
    title: String, xTitle: String, yTitle: String, series: [Series]
  ) -> LinePlot {
    var plot = LinePlot(title: title, xTitle: xTitle, yTitle: yTitle, series: series)
    (plot.xRange, plot.yRange, plot.dotLimit) = (0...1, 0...1, 0)
    (plot.width, plot.height) = (560, 560)
    return plot
  }

  private static func stepped(_ curve: Series) -> Series {
    var steps = Series(label: curve.label, x: [], y: [])
    var last = 0.0
    for (x, y) in zip(curve.x, curve.y) {
      steps.x += [last, x]
      steps.y += [y, y]
      last = x
    }
    return steps
  }
}
