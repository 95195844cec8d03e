/// The colours of lines and dots.
enum PlotPalette {
  /// Colours told apart by most colour-blind readers and dark enough for lines on white.
  static let colours = ["#0072b2", "#d55e00", "#009e73", "#aa4499", "#e69f00", "#56b4e9", "#555555"]

  /// The colours in order, from the first again after the last.
  static func colour(_ index: Int) -> String { colours[index % colours.count] }
}
