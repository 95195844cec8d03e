import Foundation
import Tensors
import Testing
import Training

/// Measures of scores against values worked out by hand and against their definitions over all pairs of examples.
struct BinaryMetricTests {
  /// Scores with many ties, some of them negative; some cases have one positive only.
  struct Case: Sendable, CustomTestStringConvertible {
    let scores: [Double]
    let labels: [Bool]
    var testDescription: String { "\(labels.filter { $0 }.count) positive of \(scores.count)" }

    init(seed: UInt64, count: Int, levels: Int, share: Double) {
      var random = RandomStream(seed: seed)
      scores = (0..<count).map { _ in Double(random.integer(below: levels)) / 4 - 1 }
      var labels = (0..<count).map { _ in random.uniform() < share }
      (labels[0], labels[count - 1]) = (true, false)
      self.labels = labels
    }
  }

  static let cases = [
    Case(seed: 1, count: 2, levels: 1, share: 0.5), Case(seed: 2, count: 7, levels: 3, share: 0.5),
    Case(seed: 3, count: 40, levels: 9, share: 0.3), Case(seed: 4, count: 60, levels: 1_000, share: 0),
    Case(seed: 5, count: 150, levels: 21, share: 0.1), Case(seed: 6, count: 90, levels: 40, share: 0.9),
  ]

  /// The textbook example of scikit-learn's documentation.
  private let known = ([0.1, 0.4, 0.35, 0.8], [false, false, true, true])

  @Test("known values: AUROC 0.75, average precision 0.8333")
  func knownValues() throws {
    let scores = try BinaryScores(known.0, isPositive: known.1)
    #expect(try scores.areaUnderROC == 0.75)
    let precision = 0.5 + 0.5 * 2 / 3
    #expect(abs(try scores.averagePrecision - precision) < 1e-15)
    let curve = try scores.rocCurve().map { [$0.falsePositiveRate, $0.recall] }
    #expect(curve == [[0, 0], [0, 0.5], [0.5, 0.5], [0.5, 1], [1, 1]])
    let recalls = try scores.precisionRecallCurve()
    #expect(recalls.map(\.precision) == [1, 0.5, 2.0 / 3, 0.5])
    #expect(recalls.map(\.recall) == [0.5, 0.5, 1, 1])
    #expect(recalls.map(\.threshold) == [0.8, 0.4, 0.35, 0.1])
  }

  @Test("all scores equal: AUROC one half, average precision the share of positives")
  func allTied() throws {
    let scores = try BinaryScores(
      [Float](repeating: 0.3, count: 5), isPositive: [true, false, false, true, false])
    #expect(try scores.areaUnderROC == 0.5)
    #expect(try scores.averagePrecision == 0.4)
    #expect(try scores.rocCurve().count == 2)
  }

  @Test("AUROC is the share of pairs in order, ties half", arguments: cases)
  func areaByPairs(of data: Case) throws {
    var (ordered, pairs) = (0.0, 0.0)
    for (score, label) in zip(data.scores, data.labels) where label {
      for (other, otherLabel) in zip(data.scores, data.labels) where !otherLabel {
        ordered += score > other ? 1 : score == other ? 0.5 : 0
        pairs += 1
      }
    }
    let scores = try BinaryScores(data.scores, isPositive: data.labels)
    #expect(abs(try scores.areaUnderROC - ordered / pairs) < 1e-14)
    // The area under the curve by trapezoids, corners only.
    let curve = try scores.rocCurve()
    #expect(abs(Self.area(curve) - ordered / pairs) < 1e-13)
    #expect(curve.first?.recall == 0 && curve.last?.recall == 1 && curve.last?.falsePositiveRate == 1)
    // Reversed scores reverse every pair.
    let reversed = try BinaryScores(data.scores.map { -$0 }, isPositive: data.labels)
    #expect(abs(try reversed.areaUnderROC + ordered / pairs - 1) < 1e-14)
  }

  /// The area below a ROC curve, by trapezoids.
  private static func area(_ curve: [OperatingPoint]) -> Double {
    var area = 0.0
    for (a, b) in zip(curve, curve.dropFirst()) {
      area += (b.falsePositiveRate - a.falsePositiveRate) * (a.recall + b.recall) / 2
    }
    return area
  }

  @Test("average precision is the mean over positives of the precision at their score", arguments: cases)
  func averagePrecision(of data: Case) throws {
    var sum = 0.0
    for (score, label) in zip(data.scores, data.labels) where label {
      let above = zip(data.scores, data.labels).filter { $0.0 >= score }
      sum += Double(above.filter(\.1).count) / Double(above.count)
    }
    let positives = Double(data.labels.filter { $0 }.count)
    let scores = try BinaryScores(data.scores, isPositive: data.labels)
    #expect(abs(try scores.averagePrecision - sum / positives) < 1e-14)
    var (area, recall) = (0.0, 0.0)
    for point in try scores.precisionRecallCurve() {
      area += (point.recall - recall) * point.precision
      recall = point.recall
    }
    #expect(abs(area - sum / positives) < 1e-13 && recall == 1)
  }

  @Test("an operating point counts what its definition counts", arguments: cases)
  func operatingPoints(of data: Case) throws {
    let scores = try BinaryScores(data.scores, isPositive: data.labels)
    for threshold in Set(data.scores).flatMap({ [$0, $0 + 0.1, $0 - 0.1] }) {
      let point = scores.operatingPoint(at: threshold)
      let predictions = data.scores.map { $0 >= threshold ? 1 : 0 }
      let labels = data.labels.map { $0 ? 1 : 0 }
      #expect(
        point.confusion == ConfusionMatrix(labels: labels, predictions: predictions, classCount: 2))
      #expect(try point.confusion.macroF1 == point.macroF1)
    }
    let points = scores.operatingPoints
    #expect(points.count == Set(data.scores).count + 1)
    for point in points { #expect(scores.operatingPoint(at: point.threshold) == point) }
  }

  @Test(
    "no threshold has a better macro-F1 than the best, and of equal ones it is the highest", arguments: cases)
  func bestThreshold(of data: Case) throws {
    let scores = try BinaryScores(data.scores, isPositive: data.labels)
    let best = scores.bestThreshold
    #expect(scores.operatingPoint(at: best.threshold) == best)
    for threshold in Set(data.scores).flatMap({ [$0, $0 + 1e-9] }) {
      let other = scores.operatingPoint(at: threshold)
      #expect(other.macroF1 <= best.macroF1)
      let isSmaller = best.truePositives + best.falsePositives <= other.truePositives + other.falsePositives
      #expect(other.macroF1 < best.macroF1 || isSmaller)
    }
    // Half-way between two scores, not on one of them, unless all or none are positive.
    let predicted = best.truePositives + best.falsePositives
    if predicted > 0 && predicted < data.scores.count { #expect(!data.scores.contains(best.threshold)) }
  }

  @Test("the best threshold by hand, and between neighbouring numbers")
  func bestThresholdByHand() throws {
    let scores = try BinaryScores([0.9, 0.7, 0.4, 0.2, 0.1], isPositive: [true, true, false, true, false])
    // From 0.7 up: F1 of positives 2 * 2 / (3 + 2) and of negatives 2 * 2 / (2 + 3).
    #expect(scores.bestThreshold.threshold == 0.7 / 2 + 0.4 / 2)
    #expect(scores.bestThreshold.macroF1 == 0.8)
    let neighbours = try BinaryScores([1, 1.0.nextUp, 2], isPositive: [false, true, true])
    #expect(neighbours.bestThreshold.threshold == 1.0.nextUp)
    #expect(neighbours.bestThreshold.macroF1 == 1)
    let huge = try BinaryScores([-1.7e308, 1.7e308], isPositive: [false, true])
    #expect(huge.bestThreshold.threshold == 0)
    let onlyPositive = try BinaryScores([0.5, 0.25], isPositive: [true, true])
    #expect(onlyPositive.bestThreshold.threshold == 0.25)
    let onlyNegative = try BinaryScores([0.5, 0.25], isPositive: [false, false])
    #expect(onlyNegative.bestThreshold.threshold == 0.5.nextUp)
  }

  @Test("what cannot be measured is refused with one line")
  func refusals() throws {
    #expect(throws: MetricError("scores: expected at least one")) {
      try BinaryScores([Double](), isPositive: [])
    }
    for bad in [Float.nan, .infinity, -.infinity] {
      #expect(throws: MetricError("score 1 is \(bad), expected a finite number")) {
        try BinaryScores([0.5, bad], isPositive: [true, false])
      }
    }
    let negative = try BinaryScores([0.5, 0.2, 0.2], isPositive: [false, false, false])
    let one = MetricError("AUROC: all 3 labels are negative, expected both classes")
    #expect(throws: one) { try negative.areaUnderROC }
    #expect(throws: MetricError("average precision: none of 3 labels is positive")) {
      try negative.averagePrecision
    }
    #expect(throws: MetricError.self) { try negative.rocCurve() }
    #expect(throws: MetricError.self) { try negative.precisionRecallCurve() }
    let positive = try BinaryScores([0.5, 0.2], isPositive: [true, true])
    #expect(throws: MetricError("AUROC: all 2 labels are positive, expected both classes")) {
      try positive.areaUnderROC
    }
    #expect(try positive.averagePrecision == 1)
  }

  @Test("a thinned curve keeps its ends and its order, and nearly its area")
  func thinned() throws {
    var random = RandomStream(seed: 8)
    let labels = (0..<3_000).map { $0 % 7 == 0 }
    let scores = labels.map { random.normal() + ($0 ? 1 : 0) }
    let curve = try BinaryScores(scores, isPositive: labels).rocCurve()
    let thin = curve.thinned(to: 100)
    #expect(curve.count > 300 && thin.count <= 100 && thin.count > 60)
    #expect(thin.first == curve.first && thin.last == curve.last)
    #expect(zip(thin, thin.dropFirst()).allSatisfy { $0.threshold > $1.threshold })
    #expect(abs(Self.area(thin) - Self.area(curve)) < 0.01)
    #expect(curve.thinned(to: 5_000) == curve)
  }
}
