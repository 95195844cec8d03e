import Foundations
import Tensors

/// How often examples of each class were predicted as each class.
public struct ConfusionMatrix: Sendable, Equatable {
  /// The number of examples by their class and then by the class predicted.
  public let counts: [[Int]]

  /// A matrix of given counts, one row and one column per class.
  public init(counts: [[Int]]) {
    require(
      !counts.isEmpty && counts.allSatisfy { row in row.count == counts.count && row.allSatisfy { $0 >= 0 } },
      "a confusion matrix needs as many rows as columns of counts of at least 0, not \(counts)")
    self.counts = counts
  }

  /// The counts of one label and one prediction per example, both in 0 ..< `classCount`.
  public init(labels: [Int], predictions: [Int], classCount: Int) {
    require(labels.count == predictions.count, "\(labels.count) labels, \(predictions.count) predictions")
    var counts = Array(repeating: Array(repeating: 0, count: classCount), count: classCount)
    for (label, prediction) in zip(labels, predictions) {
      require(
        label >= 0 && label < classCount && prediction >= 0 && prediction < classCount,
        "label \(label) predicted as \(prediction): expected classes in 0..<\(classCount)")
      counts[label][prediction] += 1
    }
    self.init(counts: counts)
  }

  /// The number of classes.
  public var classCount: Int { counts.count }

  /// The number of examples.
  public var exampleCount: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }

  /// The share of the examples whose class was predicted.
  ///
  /// - Throws: `MetricError` where there are no examples.
  public var accuracy: Double {
    get throws {
      guard exampleCount > 0 else { throw MetricError("accuracy: expected at least one example") }
      return Double(counts.indices.reduce(0) { $0 + counts[$1][$1] }) / Double(exampleCount)
    }
  }

  /// Of the examples predicted as a class, the share that are of it; 0 where none is predicted so.
  public func precision(ofClass index: Int) -> Double { share(counts[index][index], of: predicted(index)) }

  /// Of the examples of a class, the share that is predicted so; 0 where there are none.
  public func recall(ofClass index: Int) -> Double { share(counts[index][index], of: actual(index)) }

  /// F1 of a class, the harmonic mean of precision and recall: 2 hits / (examples + predictions); 0 where there are
  /// neither.
  public func f1(ofClass index: Int) -> Double {
    share(2 * counts[index][index], of: actual(index) + predicted(index))
  }

  /// Macro-F1, the mean of F1 over the classes.
  ///
  /// A class that is neither a label nor a prediction of any example is left out, as scikit-learn does.
  /// - Throws: `MetricError` where there are no examples.
  public var macroF1: Double {
    get throws {
      let seen = counts.indices.filter { actual($0) + predicted($0) > 0 }
      guard !seen.isEmpty else { throw MetricError("macro-F1: expected at least one example") }
      return seen.reduce(0) { $0 + f1(ofClass: $1) } / Double(seen.count)
    }
  }

  private func actual(_ index: Int) -> Int { counts[index].reduce(0, +) }
  private func predicted(_ index: Int) -> Int { counts.reduce(0) { $0 + $1[index] } }
  private func share(_ part: Int, of whole: Int) -> Double { whole == 0 ? 0 : Double(part) / Double(whole) }
}
