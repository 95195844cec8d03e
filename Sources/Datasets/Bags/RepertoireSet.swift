public import Tensors

/// Repertoires of two classes to learn from and to test on.
public struct RepertoireSet: Sendable {
  /// The repertoires, known by their indices.
  public let repertoires: [Repertoire]
  /// Whether each is positive.
  public let isPositive: [Bool]
  /// How frequent pairs of letters up to four positions apart are in each.
  public let pairs: LetterPairShares
  /// What was left out of a folder, one line each.
  public let notes: [String]

  /// A set of repertoires, one at least.
  public init(_ repertoires: [Repertoire], notes: [String] = []) {
    (self.repertoires, self.notes) = (repertoires, notes)
    isPositive = repertoires.map(\.isPositive)
    pairs = LetterPairShares(of: repertoires.map(\.sequences), distances: 4)
  }

  /// The repertoires of a folder.
  ///
  /// - Parameters:
  ///   - found: What was read from the folder.
  ///   - source: What errors name.
  /// - Throws: ``DataFileError`` where all repertoires have the same shares of pairs of letters.
  public init(_ found: RepertoireCollection, source: String) throws {
    self.init(found.repertoires, notes: found.notes)
    guard pairs.differ else {
      throw DataFileError(
        file: source,
        problem:
          "all \(found.repertoires.count) repertoires have the same shares of pairs of letters: nothing tells them "
          + "apart")
    }
  }

  /// Folds of repertoires of these classes, every part of which has both.
  ///
  /// - Parameters:
  ///   - isPositive: The class of each repertoire.
  ///   - count: Folds.
  ///   - first: How many of them are wanted; all where nil.
  ///   - validationFraction: Part of the repertoires outside a test part to choose by.
  ///   - source: What errors name.
  ///   - stream: Its children shuffle; it is not advanced.
  /// - Throws: ``DataFileError`` where there are too few repertoires of a class.
  public static func folds(
    of isPositive: [Bool], count: Int, first: Int? = nil, validationFraction: Double, source: String,
    random stream: RandomStream
  ) throws -> [StratifiedSplit] {
    let labels = isPositive.map { $0 ? 1 : 0 }
    do {
      return try CrossValidation(
        labels: labels, foldCount: count, validationFraction: validationFraction, random: stream
      ).firstFolds(first, validatingEveryClassOf: labels)
    } catch let error as SplitError {
      throw DataFileError(file: source, problem: error.description(classNames: ["negative", "positive"]))
    }
  }
}
