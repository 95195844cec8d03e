extension BinaryScores {
  /// One point for each distinct score as the threshold, falling, after one above the largest score.
  public var operatingPoints: [OperatingPoint] {
    var points = [point(ties[0].score.nextUp, 0, 0)]
    points.reserveCapacity(ties.count + 1)
    var (truePositives, falsePositives) = (0, 0)
    for tie in ties {
      truePositives += tie.positives
      falsePositives += tie.negatives
      points.append(point(tie.score, truePositives, falsePositives))
    }
    return points
  }

  /// The ROC curve, recall over false positive rate, from (0, 0) to (1, 1).
  ///
  /// Points inside a straight piece are left out, so the curve and the area below it are exact.
  /// - Throws: `MetricError` where one class has no examples.
  public func rocCurve() throws -> [OperatingPoint] {
    try requireBothClasses("ROC curve")
    var corners: [OperatingPoint] = []
    for point in operatingPoints {
      if corners.count >= 2, Self.areInLine(corners[corners.count - 2], corners[corners.count - 1], point) {
        corners.removeLast()
      }
      corners.append(point)
    }
    return corners
  }

  /// The precision-recall curve, precision over recall, recall rising; one point per distinct score.
  ///
  /// Precision at a point holds for the recalls between the point before and it: drawn in such steps, the area is
  /// ``averagePrecision``. No point at recall 0 is made up.
  /// - Throws: `MetricError` where no example is positive.
  public func precisionRecallCurve() throws -> [OperatingPoint] {
    guard positiveCount > 0 else {
      throw MetricError("precision-recall curve: none of \(negativeCount) labels is positive")
    }
    return Array(operatingPoints.dropFirst())
  }

  private static func areInLine(_ a: OperatingPoint, _ b: OperatingPoint, _ c: OperatingPoint) -> Bool {
    (b.truePositives - a.truePositives) * (c.falsePositives - b.falsePositives)
      == (c.truePositives - b.truePositives) * (b.falsePositives - a.falsePositives)
  }
}

extension Array where Element == OperatingPoint {
  /// At most `count` of the points, spread evenly over the length of the curve, the first and the last among them.
  ///
  /// For drawings: a curve of ten thousand points looks the same with a few hundred.
  public func thinned(to count: Int) -> [OperatingPoint] {
    guard count >= 2, self.count > count, let first else { return self }
    var (kept, last, length) = ([first], first, 0.0)
    let lengths = map { point in
      length += Self.distance(last, point)
      last = point
      return length
    }
    for (index, point) in enumerated().dropFirst().dropLast()
    where lengths[index] >= length * Double(kept.count) / Double(count - 1) && kept.count < count - 1 {
      kept.append(point)
    }
    return kept + [last]
  }

  /// Along both curves at once: a step of recall counts as much as one of the false positives or of precision.
  private static func distance(_ a: OperatingPoint, _ b: OperatingPoint) -> Double {
    let recall = Double(b.truePositives - a.truePositives) / Double(Swift.max(1, a.positives))
    let others = Double(b.falsePositives - a.falsePositives) / Double(Swift.max(1, a.negatives))
    return recall + others + abs(b.precision - a.precision)
  }
}
