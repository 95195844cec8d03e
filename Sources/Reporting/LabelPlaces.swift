/// Where words can stand in a plot without covering lines or other words.
struct LabelPlaces {
  typealias Point = (x: Double, y: Double)

  /// The space that words take.
  struct Box: Equatable {
    let left: Double, top: Double, right: Double, bottom: Double

    init(left: Double, top: Double, right: Double, bottom: Double) {
      (self.left, self.top, self.right, self.bottom) = (left, top, right, bottom)
    }

    /// The box of a text whose base line begins, has its middle or ends at a point.
    init(of text: String, at point: Point, size: Double, anchor: SVGDocument.Anchor, extra: Double = 0) {
      let width = SVGDocument.drawnWidth(of: text, size: size) + extra
      switch anchor {
      case .start: left = point.x
      case .middle: left = point.x - width / 2
      case .end: left = point.x - width
      }
      right = left + width
      (top, bottom) = (point.y - 0.8 * size, point.y + 0.25 * size)
    }

    func overlaps(_ other: Box) -> Bool {
      left < other.right && other.left < right && top < other.bottom && other.top < bottom
    }

    /// Whether a straight line between two points runs through the box: clipped by each side in turn.
    func isCrossed(from start: Point, to end: Point) -> Bool {
      var (first, last) = (0.0, 1.0)
      for (from, change, low, high) in [
        (start.x, end.x - start.x, left, right), (start.y, end.y - start.y, top, bottom),
      ] {
        if change == 0 {
          if from < low || from > high { return false }
          continue
        }
        let (a, b) = ((low - from) / change, (high - from) / change)
        (first, last) = (max(first, min(a, b)), min(last, max(a, b)))
      }
      return first <= last
    }
  }

  private let lines: [[Point]]
  /// What is taken already.
  private(set) var boxes: [Box] = []

  /// Places among lines, each the points that it goes through.
  init(among lines: [[Point]]) { self.lines = lines }

  /// How many lines and words a box would cover.
  func conflicts(of box: Box) -> Int {
    let crossed = lines.count { line in
      if let point = line.first, line.count == 1 { return box.isCrossed(from: point, to: point) }
      return zip(line, line.dropFirst()).contains { box.isCrossed(from: $0, to: $1) }
    }
    return crossed + boxes.count(where: box.overlaps)
  }

  /// Takes a box.
  mutating func take(_ box: Box) { boxes.append(box) }
}
