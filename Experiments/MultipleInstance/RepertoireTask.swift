import EnergyTransformer
import Foundation
import Kit
import Reporting

/// What a method says about the test part of a fold.
struct FoldOutcome {
  /// How strongly each repertoire speaks for the positive class.
  let scores: [Double]
  let validationAUC: Double
  /// What the validation part chose, in words.
  let choice: String
  /// Epochs and parameters of a network.
  var epochCount = 0, parameterCount = 0
  var witnesses: Witnesses?
}

/// What one method did on all folds of some repertoires.
struct MethodResult {
  let method: PoolingMethod
  /// The area under the ROC curve of each fold's test part.
  var aucs: [Double] = []
  var folds: [FoldOutcome] = []
  var seconds = 0.0
  /// Validation AUC after every epoch of the first fold.
  var course: [Double] = []
}

/// What came out for the repertoires of one witness rate, or of a folder.
struct RepertoireResult {
  let data: Repertoires
  var methods: [MethodResult]

  /// Hopfield pooling beside every other method on the folds, whose training parts overlap.
  func comparison() throws -> MethodComparison {
    let split = data.folds[0]
    return try MethodComparison(
      measure: "auc_\(data.name)",
      splits: methods.map {
        ($0.method.prefix, $0.method.title, hopfieldName($0.method.title), $0.aucs)
      }, better: .highest,
      dependence: .overlappingTraining(testCount: split.test.count, trainingCount: split.training.count))
  }
}

extension PoolingMethod {
  /// What stands before the names of a method's AUC.
  var prefix: String { self == .hopfield ? "repertoire_" : "repertoire_\(rawValue)_" }
}

/// Tells repertoires apart with every method, fold by fold.
struct RepertoireTask {
  let data: DataOptions
  let options: RepertoireOptions
  let random: RandomStream
  let progress: WorkProgress
  let metrics: MetricsWriter
  /// A row for each method and repertoire under test.
  var scores = CSVTable(columns: [
    "witness_rate", "fold", "repertoire", "is_positive", "method", "score",
  ])
  /// Epochs so far.
  var step = 0

  static let metricNames = [
    "witness_rate", "fold", "method", "epoch", "loss", "validation_auc", "validation_loss",
  ]

  /// The most epochs of all trainings.
  static func epochCount(_ data: DataOptions, _ options: RepertoireOptions) -> Int {
    let folds = min(options.folds, options.firstFolds ?? options.folds)
    let rates = data.repertoires == nil ? data.rates.count : 1
    return folds * rates * PoolingMethod.tried(options).count { $0 != .kmers } * options.epochs
  }

  /// Everything on the repertoires of a folder, or on generated ones of every rate where there are none.
  mutating func run(_ read: Repertoires?) throws -> [RepertoireResult] {
    if let read { return [try result(read)] }
    return try data.rates.enumerated().map { index, rate in
      // The same repertoires and folds for every rate, but for the motifs.
      let found = try Repertoires(rate: rate, data: data, options: options, random: random.child(0))
      progress.print("\(found.title): \(found.all.count) repertoires (\(index + 1)/\(data.rates.count))")
      return try result(found)
    }
  }

  private mutating func result(_ found: Repertoires) throws -> RepertoireResult {
    var methods = PoolingMethod.tried(options).map { MethodResult(method: $0) }
    let regression = methods.contains { $0.method == .kmers } ? KmerRegression(found) : nil
    for (fold, split) in found.folds.enumerated() {
      let pairs =
        options.pairWeight > 0
        ? found.pairs.strongest(options.kernels, in: split.training, isPositive: found.isPositive) : []
      for index in methods.indices {
        let method = methods[index].method
        var course: [Double] = []
        var outcome: FoldOutcome?
        methods[index].seconds += try Stopwatch.seconds {
          outcome =
            method == .kmers
            ? try regression?.run(split)
            : try trained(method, found, pairs, fold: fold, split: split, &course)
        }
        guard let outcome else { continue }
        methods[index].folds.append(outcome)
        if fold == 0 { methods[index].course = course }
        let labels = found.labels(split.test)
        methods[index].aucs.append(try BinaryScores(outcome.scores, isPositive: labels).areaUnderROC)
        for (score, repertoire) in zip(outcome.scores, split.test) {
          scores.addRow([
            found.witnessRate ?? 0, Double(fold + 1), Double(repertoire + 1),
            found.isPositive[repertoire] ? 1 : 0, Double(method.index), score,
          ])
        }
        progress.print("\(found.title), fold \(fold + 1): \(Self.line(methods[index]))")
      }
    }
    return RepertoireResult(data: found, methods: methods)
  }

  private mutating func trained(
    _ method: PoolingMethod, _ found: Repertoires, _ pairs: [LetterPair], fold: Int, split: StratifiedSplit,
    _ course: inout [Double]
  ) throws -> FoldOutcome? {
    let stream = random.child(1).child(UInt64(fold)).child(UInt64(method.index))
    let weights = stream.child(1)
    guard let scores = method.scores(options, random: weights.child(1)) else { return nil }
    let (progress, metrics) = (progress, metrics)
    var (rows, epochs) = (step, [Double]())
    let training = NetworkTraining(data: found, split: split, options: options, random: stream.child(0)) {
      epoch in
      rows += 1
      epochs.append(epoch.validation.score)
      progress.advance(loss: epoch.loss)
      try metrics.append(
        step: rows,
        [
          "witness_rate": found.witnessRate ?? 0, "fold": Double(fold + 1), "method": Double(method.index),
          "epoch": Double(epoch.number), "loss": epoch.loss, "validation_auc": epoch.validation.score,
          "validation_loss": epoch.validation.loss,
        ])
    }
    let outcome = try training.run(
      method.embedding(options, pairs: pairs, random: weights.child(0)), scores)
    (step, course) = (rows, epochs)
    progress.skip(options.epochs - outcome.epochCount)
    return outcome
  }

  private static func line(_ result: MethodResult) -> String {
    guard let auc = result.aucs.last, let fold = result.folds.last else { return "" }
    let share = fold.witnesses?.share.map { ", \(NumberText.percent($0)) of the weight on witnesses" } ?? ""
    return "\(result.method.title): AUC " + String(format: "%.3f, validation %.3f", auc, fold.validationAUC)
      + fold.choice + share + String(format: ", %.0f s in all", result.seconds)
  }
}
