/// The colours of drawings, for light pages and for dark ones.
enum PlotPalette {
  /// Colours told apart by most colour-blind readers and dark enough for lines on white.
  static let colours = ["#0072b2", "#d55e00", "#009e73", "#aa4499", "#e69f00", "#56b4e9", "#555555"]
  /// Words.
  static let ink = "#222222"
  /// Axes, ticks and what is there to compare with.
  static let softInk = "#555555"
  /// Lines across a plot at its ticks.
  static let grid = "#e8e8e8"
  /// What the drawing stands on, which is drawn only around letters and dots.
  static let ground = "#ffffff"

  /// What each colour becomes on a dark page; colours that are not here stay.
  private static let dark = [
    ("#0072b2", "#5ab0e8"), ("#d55e00", "#f08a4a"), ("#009e73", "#3fc49b"), ("#aa4499", "#d98bcb"),
    ("#e69f00", "#e5b84a"), ("#56b4e9", "#a9dcf5"), ("#555555", "#b5b5b5"), (ink, "#ececf0"),
    (grid, "#33333a"), (ground, "#151518"), ("#666666", "#a8a8b0"), ("#d8d8d8", "#4a4a52"),
    ("#9a9a9a", "#7c7c84"), ("#444444", "#c8c8d0"),
  ]

  /// Red, green and blue of maps from the lowest number to the highest, evenly bright; the viewers of web pages have the same.
  static let mapStops: [[Double]] = [
    [68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37],
  ]

  /// Red, green and blue at a share of the way, 0 ... 1, from the first of some stops to the last.
  static func mixed(_ stops: [[Double]], at share: Double) -> [UInt8] {
    let place = share * Double(stops.count - 1)
    let first = min(Int(place), stops.count - 2)
    let rest = place - Double(first)
    return zip(stops[first], stops[first + 1]).map { low, high in
      UInt8((low + rest * (high - low)).rounded())
    }
  }

  /// The colours in order, from the first again after the last.
  static func colour(_ index: Int) -> String { colours[index % colours.count] }

  /// The rules of a drawing for dark pages: of the colours that it uses.
  ///
  /// Attributes hold the light colours, so that a reader without style sheets shows these. What is in
  /// a group of the class `fixed` keeps its colours.
  static func darkRules(for elements: String) -> String {
    let rules = dark.flatMap { light, dark in
      ["fill", "stroke"].compactMap { name in
        let attribute = "\(name)=\"\(light)\""
        return elements.contains(attribute) ? "[\(attribute)]:not(.fixed *){\(name):\(dark)}" : nil
      }
    }
    return ":root{color-scheme:light dark}@media(prefers-color-scheme:dark){\(rules.joined())}"
  }
}
