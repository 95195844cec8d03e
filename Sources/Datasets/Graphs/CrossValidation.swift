import Foundations
public import Tensors

/// Every example is tested once: k splits whose test parts are disjoint, each with a validation part that is taken
/// from what is left for training.
public struct CrossValidation: Sendable, Equatable {
  /// The split of each fold.
  public let folds: [StratifiedSplit]

  /// Deals the examples of each class, shuffled, to `foldCount` test parts in turn.
  ///
  /// - Parameters:
  ///   - labels: the class of each example.
  ///   - foldCount: folds, 2 or more.
  ///   - validationFraction: part of the examples outside the test part to choose by, from 0 to below 1; drawn by
  ///     class, and at least one example of each class is left to learn from.
  ///   - stream: its children shuffle; it is not advanced.
  /// - Throws: ``SplitError`` where the examples are of one class, or a class has fewer examples than folds.
  public init(
    labels: [Int], foldCount: Int = 10, validationFraction: Double = 0.1, random stream: RandomStream
  ) throws {
    require(foldCount > 1, "\(foldCount) folds, expected 2 or more")
    var parts = [[Int]](repeating: [], count: foldCount)
    var next = 0
    for members in try StratifiedSplit.shuffledClasses(labels, among: nil, random: stream.child(0)) {
      guard members.count >= foldCount else {
        throw SplitError(
          label: labels[members[0]],
          ": \(members.count) examples, expected at least \(foldCount), one for each fold")
      }
      // The next class goes on where this one ended, so that the sizes of parts differ by one at most.
      for example in members {
        parts[next].append(example)
        next = (next + 1) % foldCount
      }
    }
    try self.init(testParts: parts, labels: labels, validationFraction: validationFraction, random: stream)
  }

  /// The folds of a collection of graphs: those published with it where no number of folds is asked for and there are some,
  /// otherwise stratified ones.
  ///
  /// - Parameters:
  ///   - graphs: The graphs, with their labels.
  ///   - foldCount: Folds, 2 or more; where nil the published ones, or ten.
  ///   - validationFraction: The part of the graphs outside a test part to choose by.
  ///   - stream: The stream that folds and validation parts are drawn from.
  /// - Throws: ``SplitError`` as the other initialisers.
  public init(
    of graphs: GraphCollection, foldCount: Int? = nil, validationFraction: Double = 0.1,
    random stream: RandomStream
  ) throws {
    if foldCount == nil && !graphs.testParts.isEmpty {
      try self.init(
        testParts: graphs.testParts, labels: graphs.labels, validationFraction: validationFraction,
        random: stream)
    } else {
      try self.init(
        labels: graphs.labels, foldCount: foldCount ?? 10, validationFraction: validationFraction,
        random: stream)
    }
  }

  /// Folds whose test parts are given, such as those published with a data set; examples in no test part are learned
  /// from in every fold.
  ///
  /// - Throws: ``SplitError`` where a fold has nothing to learn from in one of the classes.
  public init(
    testParts: [[Int]], labels: [Int], validationFraction: Double = 0.1, random stream: RandomStream
  ) throws {
    require(
      validationFraction >= 0 && validationFraction < 1,
      "validation fraction \(validationFraction), expected 0 to below 1")
    folds = try testParts.enumerated().map { fold, test in
      var isTested = [Bool](repeating: false, count: labels.count)
      for example in test {
        require(labels.indices.contains(example), "example \(example) of \(labels.count)")
        isTested[example] = true
      }
      let rest = labels.indices.filter { !isTested[$0] }
      let missing = Set(labels).subtracting(rest.map { labels[$0] })
      if let label = missing.min() {
        throw SplitError("fold \(fold + 1): all examples of ", label: label, " are in its test part")
      }
      var (training, validation) = ([Int](), [Int]())
      let shuffled = stream.child(1).child(UInt64(fold))
      for members in try StratifiedSplit.shuffledClasses(labels, among: rest, random: shuffled) {
        let wanted = Int((validationFraction * Double(members.count)).rounded())
        let chosen = min(wanted, members.count - 1)
        validation += members[..<chosen]
        training += members[chosen...]
      }
      return StratifiedSplit(training: training, validation: validation, test: test)
    }
  }
}

extension CrossValidation {
  /// The first folds, each of which has examples of every class to choose by.
  ///
  /// - Parameters:
  ///   - count: How many; all of them where nil.
  ///   - labels: The class of each example.
  /// - Throws: ``SplitError`` where the validation part of one of them lacks a class.
  public func firstFolds(_ count: Int?, validatingEveryClassOf labels: [Int]) throws -> [StratifiedSplit] {
    let first = Array(folds.prefix(count ?? folds.count))
    for (fold, split) in first.enumerated() {
      let missing = Set(labels).subtracting(split.validation.map { labels[$0] })
      if let label = missing.min() {
        throw SplitError(
          "fold \(fold + 1): no example of ", label: label,
          " is left to choose by, expected more of them, fewer folds or a larger validation part")
      }
    }
    return first
  }
}
