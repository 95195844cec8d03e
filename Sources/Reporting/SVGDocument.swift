import Foundation

/// Builds the text of a drawing, element by element, in the order given.
package struct SVGDocument {
  static let fontFamily = "Helvetica, Arial, 'DejaVu Sans', sans-serif"
  private var lines: [String] = []

  enum Anchor: String {
    case start, middle, end
  }

  private let head: String

  /// A drawing without a ground of its own: it stands on that of the page, light or dark.
  init(width: Int, height: Int, title: String) {
    let name = title.isEmpty ? "" : "\n<title>\(Self.escaped(title))</title>"
    head =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\" "
      + "viewBox=\"0 0 \(width) \(height)\" role=\"img\" font-family=\"\(Self.fontFamily)\">\(name)"
  }

  /// What follows keeps its colours on a dark page, such as shades that stand for numbers.
  mutating func beginFixedColours() { lines.append("<g class=\"fixed\">") }

  mutating func endFixedColours() { lines.append("</g>") }

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
    circle(at: point, radius: radius, fill: colour, stroke: PlotPalette.ground, width: 0.8)
  }

  /// A closed outline, filled or not.
  mutating func outline(_ points: [(x: Double, y: Double)], fill: String, stroke: String, width: Double) {
    lines.append(
      "<polygon points=\"\(text(of: points))\" fill=\"\(fill)\" stroke=\"\(stroke)\" "
        + "stroke-width=\"\(number(width))\"/>")
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
    // The ground around the letters keeps them readable where a line runs behind them.
    let halo =
      hasHalo ? " stroke=\"\(PlotPalette.ground)\" stroke-width=\"4\" paint-order=\"stroke\"" : ""
    let turn = isVertical ? " transform=\"rotate(-90 \(number(point.x)) \(number(point.y)))\"" : ""
    let weight = isBold ? " font-weight=\"600\"" : ""
    lines.append(
      "<text x=\"\(number(point.x))\" y=\"\(number(point.y))\" font-size=\"\(number(size))\" "
        + "fill=\"\(colour)\" text-anchor=\"\(anchor.rawValue)\"\(weight)\(turn)\(halo)>\(Self.marked(text))</text>"
    )
  }

  /// A picture in PNG, each of its pixels a sharp square, or a sharp rectangle where it is stretched to fill the place.
  mutating func image(
    png: [UInt8], at corner: (x: Double, y: Double), width: Double, height: Double, isStretched: Bool = false
  ) {
    lines.append(
      "<image x=\"\(number(corner.x))\" y=\"\(number(corner.y))\" width=\"\(number(width))\" "
        + "height=\"\(number(height))\"\(isStretched ? " preserveAspectRatio=\"none\"" : "") "
        + "style=\"image-rendering:pixelated\" "
        + "href=\"data:image/png;base64,\(Data(png).base64EncodedString())\"/>")
  }

  var content: String {
    let body = lines.joined(separator: "\n")
    return "\(head)\n<style>\(PlotPalette.darkRules(for: body))</style>\n\(body)\n</svg>\n"
  }

  /// The width a text takes, from the average width of a sans-serif letter.
  static func width(of text: String, size: Double) -> Double {
    Double(text.count) * size * 0.54
  }

  /// The width a text takes as it is drawn, powers of ten among them.
  static func drawnWidth(of text: String, size: Double) -> Double {
    guard let (digit, exponent) = power(text) else { return width(of: text, size: size) }
    let whole = (digit == 1 ? "" : "\(digit)·") + "10"
    return width(of: whole, size: size) + width(of: "\(exponent)", size: 0.75 * size)
  }

  /// Text broken between words into lines of at most `width`; a longer word stands alone.
  static func wrapped(_ text: String, width: Double, size: Double) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      let longer = (lines.last.map { $0 + " " } ?? "") + word
      if lines.isEmpty || Self.width(of: longer, size: size) > width {
        lines.append(String(word))
      } else {
        lines[lines.count - 1] = longer
      }
    }
    return lines
  }

  /// Powers of ten written "1e-3" or "2e-3" become 10 with a raised exponent.
  private static func marked(_ text: String) -> String {
    guard let (digit, exponent) = power(text) else { return escaped(text) }
    let sign = exponent < 0 ? "−" : ""
    return (digit == 1 ? "" : "\(digit)·")
      + "10<tspan dy=\"-4\" font-size=\"75%\">\(sign)\(abs(exponent))</tspan>"
  }

  private static func power(_ text: String) -> (digit: Int, exponent: Int)? {
    guard let digit = text.first?.wholeNumberValue, text.dropFirst().first == "e",
      let exponent = Int(text.dropFirst(2))
    else { return nil }
    return (digit, exponent)
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
