import Datasets
import Tensors
import Testing

struct GraphSplitTests {
  private let labels = (0..<1_000).map { $0 % 20 == 3 ? 1 : ($0 % 50 == 7 ? 2 : 0) }

  private func counts(_ part: [Int]) -> [Int] { (0..<3).map { label in part.count { labels[$0] == label } } }

  @Test("a split keeps the proportions of classes and uses every example once")
  func proportions() throws {
    let split = try StratifiedSplit(labels: labels, trainingFraction: 0.4, random: RandomStream(seed: 3))
    #expect(counts(labels.indices.map { $0 }) == [930, 50, 20])
    #expect(counts(split.training) == [372, 20, 8])
    #expect(counts(split.validation) == [186, 10, 4])
    #expect(counts(split.test) == [372, 20, 8])
    #expect((split.training + split.validation + split.test).sorted() == Array(0..<1_000))
  }

  @Test("every class is in training, however small its share")
  func smallShare() throws {
    let split = try StratifiedSplit(labels: labels, trainingFraction: 0.01, random: RandomStream(seed: 3))
    #expect(counts(split.training) == [9, 1, 1])
    // 14.88, 0.8 and 0.32 of them, to the nearest whole number.
    let other = try StratifiedSplit(labels: labels, trainingFraction: 0.016, random: RandomStream(seed: 3))
    #expect(counts(other.training) == [15, 1, 1])
  }

  @Test("the seed decides, and nothing else")
  func seed() throws {
    func split(_ seed: UInt64) throws -> StratifiedSplit {
      try StratifiedSplit(labels: labels, trainingFraction: 0.4, random: RandomStream(seed: seed))
    }
    #expect(try split(1) == split(1))
    #expect(try split(1).training != split(2).training)
    // Not simply the first of each class.
    #expect(try split(1).training.suffix(20).contains { $0 > 900 })
  }

  @Test("only candidates are split")
  func candidates() throws {
    let split = try StratifiedSplit(
      labels: labels, trainingFraction: 0.5, validationFraction: 0, among: Array(300..<700),
      random: RandomStream(seed: 5))
    #expect((split.training + split.test).sorted() == Array(300..<700))
    #expect(split.validation.isEmpty)
  }

  @Test("what cannot be split is refused in one line")
  func refusals() {
    func complaint(_ labels: [Int], _ fraction: Double = 0.4) -> String? {
      message {
        _ = try StratifiedSplit(labels: labels, trainingFraction: fraction, random: RandomStream(seed: 1))
      }
    }
    #expect(complaint([0, 0, 0]) == "class 0 only, expected examples of at least two classes")
    #expect(complaint([]) == "no examples to split")
    #expect(complaint([0, 0, 1]) == "class 1: 1 examples, expected more than the 1 to learn from")
    #expect(
      message {
        _ = try CrossValidation(labels: [0, 0, 0, 1, 1], foldCount: 3, random: RandomStream(seed: 1))
      }
        == "class 1: 2 examples, expected at least 3, one for each fold")
    let error = #expect(throws: SplitError.self) {
      try CrossValidation(testParts: [[0], [2, 3]], labels: [0, 0, 1, 1], random: RandomStream(seed: 1))
    }
    #expect(error?.description == "fold 2: all examples of class 1 are in its test part")
    #expect(
      error?.description(classNames: ["a", "b"]) == "fold 2: all examples of class b are in its test part")
  }

  @Test(
    "cross-validation tests every example once, by class, with a validation part inside the training part")
  func folds() throws {
    let folds = try CrossValidation(
      labels: labels, foldCount: 7, validationFraction: 0.2, random: RandomStream(seed: 9)
    ).folds
    #expect(folds.count == 7)
    #expect(folds.flatMap(\.test).sorted() == Array(0..<1_000))
    for fold in folds {
      #expect((fold.training + fold.validation + fold.test).sorted() == Array(0..<1_000))
      #expect((142...143).contains(fold.test.count))
      for (found, whole) in zip(counts(fold.test), [930, 50, 20]) {
        #expect(found == whole / 7 || found == whole / 7 + 1)
      }
      for (label, found) in counts(fold.validation).enumerated() {
        let rest = [930, 50, 20][label] - counts(fold.test)[label]
        #expect(found == Int((0.2 * Double(rest)).rounded()))
      }
    }
  }

  @Test("first folds are those of all, and one without a class to choose by is refused by its number")
  func firstFolds() throws {
    let labels = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1]
    let all = try CrossValidation(
      labels: labels, foldCount: 4, validationFraction: 0.4, random: RandomStream(seed: 1))
    #expect(try all.firstFolds(3, validatingEveryClassOf: labels) == Array(all.folds.prefix(3)))
    #expect(try all.firstFolds(nil, validatingEveryClassOf: labels) == all.folds)
    // A tenth of three examples is none.
    let few = try CrossValidation(
      labels: labels, foldCount: 4, validationFraction: 0.1, random: RandomStream(seed: 1))
    #expect(throws: SplitError.self) { try few.firstFolds(2, validatingEveryClassOf: labels) }
    do {
      _ = try few.firstFolds(2, validatingEveryClassOf: labels)
    } catch let error as SplitError {
      #expect(error.description(classNames: ["no", "yes"]).hasPrefix("fold 1: no example of class yes"))
    }
  }

  @Test("published test parts are kept, and what is in none of them is always learned from or chosen by")
  func publishedFolds() throws {
    let labels = [0, 1, 0, 1, 0, 1, 0]
    let folds = try CrossValidation(
      testParts: [[4, 1], [0, 3]], labels: labels, validationFraction: 0.25, random: RandomStream(seed: 2)
    ).folds
    #expect(folds.map(\.test) == [[1, 4], [0, 3]])
    for fold in folds {
      #expect((fold.training + fold.validation + fold.test).sorted() == Array(0..<7))
      #expect(Set(fold.training.map { labels[$0] }) == [0, 1])
    }
    #expect(folds[0].validation.count == 2)
    // However large the validation part should be, one example of each class is left to learn from.
    let few = try CrossValidation(
      testParts: [[4, 1]], labels: labels, validationFraction: 0.9, random: RandomStream(seed: 2)
    ).folds[0]
    #expect(few.training.map { labels[$0] }.sorted() == [0, 1] && few.validation.count == 3)
  }

  @Test("the folds of a collection are the published ones, or as many as asked for, or ten")
  func foldsOfGraphs() throws {
    func graphs(_ testParts: [[Int]]) -> GraphCollection {
      let count = 24
      return GraphCollection(
        name: "pairs", source: "made here", features: .zeros([2 * count, 1]), featureDescription: "none",
        neighbours: CompressedSparseRows(rowCount: 2 * count, columnCount: 2 * count, rows: [], columns: []),
        nodeStarts: (0...count).map { 2 * $0 }, labels: (0..<count).map { $0 % 2 }, classNames: ["a", "b"],
        testParts: testParts)
    }
    let (parts, stream) = ([[0, 1, 2], [5, 3], [4]], RandomStream(seed: 3))
    let labels = graphs([]).labels
    func folds(_ testParts: [[Int]], _ count: Int?) throws -> [StratifiedSplit] {
      try CrossValidation(
        of: graphs(testParts), foldCount: count, validationFraction: 0.3, random: stream
      ).folds
    }
    #expect(try folds(parts, nil).map(\.test) == [[0, 1, 2], [3, 5], [4]])
    #expect(
      try folds(parts, nil)
        == CrossValidation(testParts: parts, labels: labels, validationFraction: 0.3, random: stream).folds)
    for found in [try folds(parts, 4), try folds([], 4)] {
      #expect(
        try found
          == CrossValidation(labels: labels, foldCount: 4, validationFraction: 0.3, random: stream).folds)
    }
    #expect(try folds([], nil).count == 10)
  }
}
