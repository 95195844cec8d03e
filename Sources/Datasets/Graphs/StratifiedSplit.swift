import Foundations
public import Tensors

/// Three parts of labelled examples: to learn from, to choose by, and to measure on.
///
/// Drawn by class, so that each part has every class in the proportion of the whole, as nearly as whole numbers go.
public struct StratifiedSplit: Sendable, Equatable {
  /// Examples to learn from, rising.
  public let training: [Int]
  /// Examples to choose settings and the epoch to stop at, rising.
  public let validation: [Int]
  /// Examples to measure on, rising.
  public let test: [Int]

  init(training: [Int], validation: [Int], test: [Int]) {
    self.training = training.sorted()
    self.validation = validation.sorted()
    self.test = test.sorted()
  }

  /// Draws a split; the usual parts of graphs with anomalies are 0.01 and 0.4 for training, and of the rest one third
  /// for validation and two for testing.
  ///
  /// Of each class, the given fraction rounded to a whole number, but at least one example, goes to training.
  ///
  /// - Parameters:
  ///   - labels: the class of each example.
  ///   - trainingFraction: part of all examples to learn from, above 0 and below 1.
  ///   - validationFraction: part of those left over to choose by, from 0 to below 1.
  ///   - candidates: the examples to split; nil splits all. The first 3,305 nodes of Amazon, for example, have no
  ///     known class.
  ///   - stream: its children shuffle the classes; it is not advanced.
  /// - Throws: ``SplitError`` where the examples are of one class, or a class would have none outside training.
  /// - Source: protocol of Tang et al., "Rethinking Graph Neural Networks for Anomaly Detection", ICML 2022.
  public init(
    labels: [Int], trainingFraction: Double, validationFraction: Double = 1.0 / 3,
    among candidates: [Int]? = nil,
    random stream: RandomStream
  ) throws {
    require(
      trainingFraction > 0 && trainingFraction < 1, "training fraction \(trainingFraction), expected 0 to 1")
    require(
      validationFraction >= 0 && validationFraction < 1,
      "validation fraction \(validationFraction), expected 0 to below 1")
    var (training, validation, test) = ([Int](), [Int](), [Int]())
    for members in try Self.shuffledClasses(labels, among: candidates, random: stream) {
      let learned = max(1, Int((trainingFraction * Double(members.count)).rounded()))
      guard learned < members.count else {
        throw SplitError(
          label: labels[members[0]],
          ": \(members.count) examples, expected more than the \(learned) to learn from")
      }
      let chosen = Int((validationFraction * Double(members.count - learned)).rounded())
      training += members[..<learned]
      validation += members[learned..<learned + chosen]
      test += members[(learned + chosen)...]
    }
    self.init(training: training, validation: validation, test: test)
  }

  /// The examples of each class in a random order.
  static func shuffledClasses(
    _ labels: [Int], among candidates: [Int]?, random stream: RandomStream
  ) throws -> [[Int]] {
    require(labels.allSatisfy { $0 >= 0 }, "a label is below 0")
    var classes = [[Int]](repeating: [], count: (labels.max() ?? -1) + 1)
    for example in candidates ?? Array(labels.indices) {
      require(labels.indices.contains(example), "example \(example) of \(labels.count)")
      classes[labels[example]].append(example)
    }
    let found = classes.indices.filter { !classes[$0].isEmpty }
    guard let first = found.first else { throw SplitError("no examples to split") }
    guard found.count > 1 else {
      throw SplitError(label: first, " only, expected examples of at least two classes")
    }
    return found.map { label in
      var draws = stream.child(UInt64(label))
      return draws.permutation(of: classes[label].count).map { classes[label][$0] }
    }
  }
}

/// Labels that cannot be split as asked.
public struct SplitError: Error, Equatable, CustomStringConvertible {
  /// The class that stands in the way; nil where there are no examples at all.
  public let label: Int?
  private let before: String
  private let after: String

  /// A line about no class in particular.
  init(_ text: String) { (label, before, after) = (nil, text, "") }

  /// A line with the class between two texts.
  init(_ before: String = "", label: Int, _ after: String) {
    (self.label, self.before, self.after) = (label, before, after)
  }

  /// The same line behind a text.
  func behind(_ text: String) -> SplitError {
    label.map { SplitError(text + before, label: $0, after) } ?? SplitError(text + before)
  }

  /// One line: what was expected, and what was found.
  public var description: String { before + (label.map { "class \($0)" } ?? "") + after }

  /// The line with what the source calls the classes, in the order of their numbers.
  public func description(classNames: [String]) -> String {
    before + (label.map { "class \(classNames[$0])" } ?? "") + after
  }
}
