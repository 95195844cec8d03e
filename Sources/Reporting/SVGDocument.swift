import Foundation

/// Builds the text of a drawing, element by element, in the order given.
package struct SVGDocument {
  static let fontFamily = "Helvetica, Arial, 'DejaVu Sans', sans-serif"
  private var lines: [String] = []

  enum Anchor: String {
    case start, middle, end
  }

  /// A drawing with its own white ground, so that it reads on a dark page too.
  init(width: Int, height: Int, title: String) {
    lines.append(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\" "
        + "viewBox=\"0 0 \(width) \(height)\" role=\"img\" font-family=\"\(Self.fontFamily)\">")
    if !title.isEmpty { lines.append("<title>\(Self.escaped(title))</title>") }
    lines.append("<rect width=\"\(width)\" height=\"\(height)\" fill=\"#ffffff\"/>")
  }

  mutating func line(
    from start: (x: Double, y: Double), to end: (x: Double, y: Double), colour: String, width: Double,
    dashes: String? = nil, opacity: Double = 1
  ) {
    let ghost = opacity < 1 ? " stroke-opacity=\"\(number(opacity))\"" : ""
    lines.append(
      "<line x1=\"\(number(start.x))\" y1=\"\(number(start.y))\" x2=\"\(number(end.x))\" "
        + "y2=\"\(number(end.y))\" stroke=\"\(colour)\" stroke-width=\"\(number(width))\"\(dash(dashes))\(ghost)/>"
    )
  }

  mutating func polyline(
    _ points: [(x: Double, y: Double)], colour: String, width: Double, dashes: String? = nil
  ) {
    lines.append(
      "<polyline points=\"\(text(of: points))\" fill=\"none\" stroke=\"\(colour)\" "
        + "stroke-width=\"\(number(width))\" stroke-linejoin=\"round\" stroke-linecap=\"round\"\(dash(dashes))/>"
    )
  }

  mutating func area(_ points: [(x: Double, y: Double)], colour: String) {
    lines.append("<polygon points=\"\(text(of: points))\" fill=\"\(colour)\" fill-opacity=\"0.16\"/>")
  }

  mutating func rectangle(
    at corner: (x: Double, y: Double), width: Double, height: Double, fill: String
  ) {
    lines.append(
      "<rect x=\"\(number(corner.x))\" y=\"\(number(corner.y))\" width=\"\(number(width))\" "
        + "height=\"\(number(height))\" fill=\"\(fill)\"/>")
  }

  mutating func dot(at point: (x: Double, y: Double), radius: Double, colour: String) {
    lines.append(
      "<circle cx=\"\(number(point.x))\" cy=\"\(number(point.y))\" r=\"\(number(radius))\" "
        + "fill=\"\(colour)\" stroke=\"#ffffff\" stroke-width=\"0.8\"/>")
  }

  /// A circle, filled or not.
  mutating func circle(
    at point: (x: Double, y: Double), radius: Double, fill: String = "none", stroke: String, width: Double,
    dashes: String? = nil
  ) {
    lines.append(
      "<circle cx=\"\(number(point.x))\" cy=\"\(number(point.y))\" r=\"\(number(radius))\" fill=\"\(fill)\" "
        + "stroke=\"\(stroke)\" stroke-width=\"\(number(width))\"\(dash(dashes))/>")
  }

  mutating func text(
    _ text: String, at point: (x: Double, y: Double), size: Double, colour: String, anchor: Anchor = .start,
    isBold: Bool = false, isVertical: Bool = false, hasHalo: Bool = false
  ) {
    // White around the letters keeps them readable where a line runs behind them.
    let halo = hasHalo ? " stroke=\"#ffffff\" stroke-width=\"4\" paint-order=\"stroke\"" : ""
    let turn = isVertical ? " transform=\"rotate(-90 \(number(point.x)) \(number(point.y)))\"" : ""
    let weight = isBold ? " font-weight=\"600\"" : ""
    lines.append(
      "<text x=\"\(number(point.x))\" y=\"\(number(point.y))\" font-size=\"\(number(size))\" "
        + "fill=\"\(colour)\" text-anchor=\"\(anchor.rawValue)\"\(weight)\(turn)\(halo)>\(Self.marked(text))</text>"
    )
  }

  /// A picture in PNG, each of its pixels a sharp square.
  mutating func image(
    png: [UInt8], at corner: (x: Double, y: Double), width: Double, height: Double
  ) {
    lines.append(
      "<image x=\"\(number(corner.x))\" y=\"\(number(corner.y))\" width=\"\(number(width))\" "
        + "height=\"\(number(height))\" style=\"image-rendering:pixelated\" "
        + "href=\"data:image/png;base64,\(Data(png).base64EncodedString())\"/>")
  }

  var content: String {
    (lines + ["</svg>"]).joined(separator: "\n") + "\n"
  }

  /// The width a text takes, from the average width of a sans-serif letter.
  static func width(of text: String, size: Double) -> Double {
    Double(text.count) * size * 0.54
  }

  /// Powers of ten written "1e-3" become 10 with a raised exponent.
  private static func marked(_ text: String) -> String {
    guard text.hasPrefix("1e"), let exponent = Int(text.dropFirst(2)) else { return escaped(text) }
    let sign = exponent < 0 ? "−" : ""
    return "10<tspan dy=\"-4\" font-size=\"75%\">\(sign)\(abs(exponent))</tspan>"
  }

  /// Text inside an element or an attribute, of HTML too.
  package static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case _ where scalar.value < 32: result += " "
      // Not allowed in XML, in whatever spelling.
      case "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private func text(of points: [(x: Double, y: Double)]) -> String {
    points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
  }

  private func number(_ value: Double) -> String {
    NumberText.coordinate(value)
  }

  private func dash(_ dashes: String?) -> String {
    dashes.map { " stroke-dasharray=\"\($0)\"" } ?? ""
  }
}

/// The colours of lines and dots.
enum PlotPalette {
  /// Colours told apart by most colour-blind readers and dark enough for lines on white.
  static let colours = ["#0072b2", "#d55e00", "#009e73", "#aa4499", "#e69f00", "#56b4e9", "#555555"]

  /// The colours in order, from the first again after the last.
  static func colour(_ index: Int) -> String { colours[index % colours.count] }
}
