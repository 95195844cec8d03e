import EnergyTransformer
import Kit

extension Report {
  /// Error against step with the linear baseline as a line.
  func errorPlot() -> LinePlot {
    let errors = evaluation.errors
    var plot = LinePlot(
      title: "The completion improves", xTitle: "step", yTitle: "mean squared error",
      series: [.init(label: "Energy Transformer", x: errors.indices.map(Double.init), y: errors)])
    if let linear = baselines.errors["linear_mse"] {
      plot.references = [.init(label: "linear conditional mean", y: linear)]
    }
    return plot
  }

  /// Original, masked and completed images.
  func figure() -> PictureGrid {
    let steps =
      [0, 1, 2, 4, 8, 12, 24, 48].filter { $0 < evaluation.pictures.count - 1 }
      + [evaluation.pictures.count - 1]
    var grid = PictureGrid(
      columns: ["original", "masked"] + steps.map { "step \($0)" }, scale: images.grid.height > 64 ? 1 : 3)
    for (row, image) in Evaluation.pictured(images).enumerated() {
      let truth = images.pixels(images.test, image..<image + 1)
      let hidden = images.hiddenPixels(image..<image + 1)
      let masked = truth * (1 - hidden) + hidden * 0.5
      grid.addRow(
        ([truth, masked] + steps.map { evaluation.pictures[$0][row] }).map {
          Picture(
            width: images.grid.width, height: images.grid.height, channels: images.grid.channels,
            values: $0.elements)
        })
    }
    return grid
  }
}
