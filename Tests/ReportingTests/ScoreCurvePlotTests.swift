import Foundation
import Reporting
import Testing

struct ScoreCurvePlotTests {
  private let curve = LinePlot.Series(label: "model (0.83)", x: [0.5, 0.5, 1, 1], y: [1, 0.5, 2.0 / 3, 0.5])

  /// The coordinates of every polyline, in order.
  private func polylines(_ svg: String) -> [[(x: Double, y: Double)]] {
    svg.components(separatedBy: "<polyline points=\"").dropFirst().map { part in
      part.prefix { $0 != "\"" }.split(separator: " ").map { pair in
        let numbers = pair.split(separator: ",").compactMap { Double($0) }
        return (numbers[0], numbers[1])
      }
    }
  }

  @Test("ROC curves lie in the unit square with the diagonal of chance, which takes no colour")
  func roc() throws {
    let second = LinePlot.Series(label: "other", x: [0, 0.25, 1], y: [0, 0.75, 1])
    let first = LinePlot.Series(label: "first", x: [0, 0, 1], y: [0, 0.5, 1])
    let plot = LinePlot.rocCurves(title: "t", curves: [first, second])
    let svg = try plot.svg()
    let lines = polylines(svg)
    #expect(lines.map(\.count) == [3, 3, 2])
    // The diagonal spans the square that both curves are drawn in.
    let (low, high) = (lines[2][0], lines[2][1])
    #expect(high.x > low.x && high.y < low.y)
    for (series, line) in zip([first, second], lines) {
      for (index, point) in line.enumerated() {
        #expect(abs(point.x - (low.x + series.x[index] * (high.x - low.x))) < 0.02)
        #expect(abs(point.y - (low.y + series.y[index] * (high.y - low.y))) < 0.02)
      }
    }
    for word in ["first", "other", "chance", "false positive rate"] {
      #expect(svg.contains(">\(word)</text>"))
    }
    #expect(!svg.contains("<circle"))
    #expect(svg.components(separatedBy: "stroke-dasharray=\"5 4\"").count == 3, "the line and its legend")
  }

  @Test("precision holds back to the recall before; the area in steps is the average precision")
  func precisionRecall() throws {
    let plot = LinePlot.precisionRecallCurves(title: "t", curves: [curve], positiveShare: 0.5)
    let steps = plot.series[0]
    #expect(steps.x == [0, 0.5, 0.5, 0.5, 0.5, 1, 1, 1])
    #expect(steps.y == [1, 1, 0.5, 0.5, 2.0 / 3, 2.0 / 3, 0.5, 0.5])
    let area = zip(zip(steps.x, steps.x.dropFirst()), steps.y.dropFirst()).reduce(0) {
      $0 + ($1.0.1 - $1.0.0) * $1.1
    }
    #expect(abs(area - (0.5 + 1.0 / 3)) < 1e-14)
    #expect(plot.series[1].isReference && plot.series[1].y == [0.5, 0.5])
    #expect(try plot.svg().contains(">precision</text>"))
  }

  @Test("a point outside the axes is refused by its series")
  func outside() {
    let bad = LinePlot.Series(label: "bad", x: [0, 1.25], y: [0, 1])
    let problem = "plot t: x of bad, point 1: 1.25 lies outside the axis, 0.0...1.0"
    #expect(throws: ReportingError(problem)) { try LinePlot.rocCurves(title: "t", curves: [bad]).svg() }
  }
}
